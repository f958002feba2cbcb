// Package token keeps a session's tokens fresh: at most one presentation of each refresh token, whatever crashes.
package token
