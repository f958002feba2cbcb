// Package config is the configuration of the portal as one documented struct, filled from flags, the environment and a
// file, in this order of precedence. Every mistake is reported at once, before anything listens.
package config

import (
	"time"

	"portico/internal/secret"
)

// Config is what `web serve` needs. Each field's help says what it means, in which form, and what happens without it;
// docs/config.md is generated from it.
type Config struct {
	Portal   Portal   `embed:"" group:"Portal"`
	Identity Identity `embed:"" group:"Identity server"`
	Hub      Hub      `embed:"" group:"Data Hub"`
	AppUser  AppUser  `embed:"" group:"Dedicated application user"`
	Sessions Sessions `embed:"" group:"Sessions"`
	Limits   Limits   `embed:"" group:"Limits"`
	Audit    Audit    `embed:"" group:"Audit log"`
	Log      Log      `embed:"" group:"Log"`

	// File is the configuration file. Keys are the names of the flags; an unknown key is a mistake.
	File string `name:"config" env:"PORTICO_CONFIG" placeholder:"FILE" help:"YAML file with the same names as the flags. Flags and the environment win over it; an unknown key is refused." group:"Portal"`
}

// Portal is the portal's own face to the network.
type Portal struct {
	BaseURL string `name:"base-url" env:"PORTICO_BASE_URL" placeholder:"URL" help:"Public URL of the portal, the only source of the redirect URI, the cookie attributes and the logout URL. https, or http on loopback. Required."`
	Listen  string `name:"listen" env:"PORTICO_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address that the portal listens on. TLS is ended by the reverse proxy in front."`

	AdminListen    string   `name:"admin-listen" env:"PORTICO_ADMIN_LISTEN" default:"127.0.0.1:9090" placeholder:"ADDRESS" help:"Address of the operator's listener: /metrics, /readyz with reasons, /debug/pprof. It has no login: keep it on loopback or in a network of its own. off: none."`
	AdminHosts     []string `name:"admin-hosts" env:"PORTICO_ADMIN_HOSTS" placeholder:"NAMES" help:"Names, separated by commas, by which the operator's listener may be asked for besides addresses and localhost, for example portico.monitoring.svc. Others are refused, so that no web page can make a name of its own lead a visitor's browser there. Default: the name in --admin-listen, if there is one."`
	DrainDelay     Duration `name:"drain-delay" env:"PORTICO_DRAIN_DELAY" default:"3s" placeholder:"DURATION" help:"How long the portal goes on taking requests after SIGTERM while /readyz says that it is going away, so that a load balancer notices first. At most 1m."`
	TrustedProxies []string `name:"trusted-proxies" env:"PORTICO_TRUSTED_PROXIES" placeholder:"NETWORKS" help:"Networks of the reverse proxies in front, separated by commas, for example 10.0.0.0/8,192.0.2.7. Only from them does X-Forwarded-For or Forwarded count, and only for the address that limits, log and list of sessions know a visitor by. Default: none; everybody is then known by the address that the connection comes from, which behind a proxy is the proxy's."`

	// Notice is a line above each page. The demo sets it.
	Notice string `kong:"-"`
	// NoIndex asks search engines to stay away. The demo sets it.
	NoIndex bool `kong:"-"`
	// Now is what the data on pages live by, where that is not the real time. The demo sets it.
	Now func() time.Time `kong:"-"`
}

// Identity is the identity server and how the portal is registered there.
type Identity struct {
	Issuer           string      `name:"issuer" env:"DATAHUB_AUTH_URL,OPINUM_AUTH_URL" placeholder:"URL" help:"Issuer of the identity server, byte for byte as in its discovery document, or the bare host of the platform: then both known forms of its issuer are tried. Required."`
	ClientID         string      `name:"client-id" env:"DATAHUB_CLIENT_ID,OPINUM_CLIENT_ID" placeholder:"ID" help:"Client id of the portal. Required."`
	ClientSecretFile string      `name:"client-secret-file" env:"DATAHUB_CLIENT_SECRET_FILE,OPINUM_SECRET_FILE" placeholder:"FILE" help:"File that holds the client secret. Without it the secret is taken from DATAHUB_CLIENT_SECRET or OPINUM_SECRET. Required unless there is a client key or certificate; there is no flag for the secret itself, because command lines are public."`
	ClientSecret     secret.Text `kong:"-"`
	ClientAuth       string      `name:"client-auth" env:"PORTICO_CLIENT_AUTH" default:"discovered" placeholder:"STYLE" help:"How the portal authenticates at the identity server: private_key_jwt, tls_client_auth (also for self-signed certificates), basic, post, or discovered (the first of these that the discovery document lists and that there are credentials for). It is never found out by trying, because that presents one-time codes twice."`

	ClientKeyFiles        []string      `name:"client-key-file" env:"PORTICO_CLIENT_KEY_FILE" placeholder:"FILE" help:"Files with private keys for private_key_jwt, PEM or JWK, one key each, separated by commas: RSA (RS256, or PS256 where a JWK says so) or P-256 (ES256); web keys client makes one. The first signs; all are published at /auth/jwks.json, which the identity server is given as jwks_uri."`
	ClientKeys            []secret.Text `kong:"-"`
	AssertionAudience     string        `name:"client-assertion-audience" env:"PORTICO_CLIENT_ASSERTION_AUDIENCE" default:"issuer" placeholder:"WHAT" help:"Audience of what a client key signs: issuer, or token-endpoint for identity servers that want the address."`
	ClientCertificateFile string        `name:"client-certificate-file" env:"PORTICO_CLIENT_CERTIFICATE_FILE" placeholder:"FILE" help:"Certificate, PEM with its chain, for tls_client_auth. It is read again for each connection, so that a renewed one counts at once."`
	ClientCertificateKey  string        `name:"client-certificate-key-file" env:"PORTICO_CLIENT_CERTIFICATE_KEY_FILE" placeholder:"FILE" help:"Private key of the client certificate, PEM."`
	IssuerCAFile          string        `name:"issuer-ca-file" env:"PORTICO_ISSUER_CA_FILE" placeholder:"FILE" help:"CA certificates, PEM, that the identity server's certificate must come from, for one with a CA of its own. Default: the system's."`

	Scopes        []string `name:"scopes" env:"DATAHUB_SCOPE,OPINUM_SCOPE" sep:"none" placeholder:"SCOPES" help:"Scopes to ask for, separated by blanks. Default: openid profile email datahub-api, and offline_access by the rule of --offline-access."`
	OfflineAccess string   `name:"offline-access" env:"PORTICO_OFFLINE_ACCESS" default:"auto" placeholder:"WHEN" help:"Whether offline_access is asked for: always, never, auto (with an IdentityServer, which gives no refresh token without it; not with Keycloak, which does), or stay (as auto, and with Keycloak for people who choose to stay signed in, because refresh tokens end with its own session otherwise). Without a refresh token a session lasts as long as its access token, then signs in again, silently if it can."`
	MissingScopes string   `name:"missing-scopes" env:"PORTICO_MISSING_SCOPES" default:"refuse" placeholder:"WHAT" help:"What becomes of a sign-in for which the identity server grants fewer scopes of an API than were asked for: refuse (with a page that names them), or accept (for a Keycloak that leaves scopes out of its answers because they are not included in the token's scope)."`
	Resource      string   `name:"resource" env:"PORTICO_RESOURCE" placeholder:"URI" help:"API that access tokens are for, sent as resource in sign-in and token requests (RFC 8707), for identity servers that want it."`
	Audience      string   `name:"audience" env:"PORTICO_AUDIENCE" placeholder:"NAME" help:"The same, sent as audience, for identity servers that want that."`
	RefreshPolicy string   `name:"refresh-policy" env:"PORTICO_REFRESH_POLICY" default:"strict" placeholder:"POLICY" help:"What the identity server does with a refresh token that is presented twice, which matters when an answer was lost: strict (refuses; the portal presents it again only when nothing is left to lose), grace (accepts it for a while), reusable (refresh tokens are not one-time), never (the portal never presents it again)."`
	Algorithms    []string `name:"id-token-algorithms" env:"PORTICO_ID_TOKEN_ALGORITHMS" default:"RS256" placeholder:"ALG" help:"Signature algorithms accepted for ID and logout tokens. Asymmetric ones only; never taken from the discovery document."`
	AccountParam  string   `name:"account-param" env:"PORTICO_ACCOUNT_PARAM" placeholder:"NAME" help:"Parameter that names the account, in sign-in, token and refresh requests: acr_values (as accountId:<id>), account, or another name that the identity server wants. Default: account with Keycloak, acr_values with IdentityServer."`
	ResponseMode  string   `name:"response-mode" env:"PORTICO_RESPONSE_MODE" placeholder:"MODE" help:"How the identity server sends people back: query, or form_post (codes stay out of addresses and their logs). Default: what the identity server does by itself, query."`
	PAR           string   `name:"par" env:"PORTICO_PAR" default:"auto" placeholder:"WHEN" help:"Whether sign-in requests are pushed to the identity server directly (RFC 9126), so that the browser carries a reference only: always, never, or auto (where the discovery document has an endpoint for them). A request that cannot be pushed is not sent by the browser instead."`
	EndpointHosts []string `name:"endpoint-hosts" env:"PORTICO_ENDPOINT_HOSTS" placeholder:"HOSTS" help:"Hosts, with a port if it is not 443, separated by commas, on which the identity server's endpoints may be; a discovery document that names others is refused. Default: any."`
	LoginPrompt   string   `name:"login-prompt" env:"PORTICO_LOGIN_PROMPT" placeholder:"PROMPT" help:"Ask for it at each sign-in: login (authenticate again, always), select_account, consent. Default: people who are known are signed in without being asked."`
	LoginMaxAge   Duration `name:"login-max-age" env:"PORTICO_LOGIN_MAX_AGE" default:"0s" placeholder:"DURATION" help:"Longest time since people last authenticated at the identity server; the answer is checked, not only asked for. 0: any."`
	LoginACR      string   `name:"login-acr-values" env:"PORTICO_LOGIN_ACR_VALUES" placeholder:"VALUES" help:"Authentication contexts, separated by blanks, of which the answer must have one."`
	StaySignedIn  Duration `name:"stay-signed-in" env:"PORTICO_STAY_SIGNED_IN" default:"0s" placeholder:"DURATION" help:"Lets people choose to stay signed in on a device for so long, for example 720h: --session-idle and --session-max do not apply then, and the session ends when its refresh token does. From 24h to 2160h; 0: they cannot."`
	ShareLinks    bool     `name:"share-links" env:"PORTICO_SHARE_LINKS" help:"Lets people make links by which others see one of their dashboards without signing in: read-only, for a day to a year, with rights that they choose, and revocable. Off by default, because data then leave the circle of those whom the identity server knows."`
	LogoutHint    bool     `name:"logout-hint" env:"PORTICO_LOGOUT_HINT" help:"Send the ID token as id_token_hint when signing out, so that the identity server need not ask. It then passes through the browser's address line once."`
	CallbackPath  string   `name:"callback-path" env:"PORTICO_CALLBACK_PATH" default:"/auth/callback" placeholder:"PATH" help:"Path of the redirect URI, for a client that is registered with another one, such as /signin-oidc."`
}

// Hub is the Data Hub.
type Hub struct {
	APIURL  string   `name:"api-url" env:"DATAHUB_API_URL,OPINUM_API_URL" default:"https://api.opinum.com" placeholder:"URL" help:"Base URL of the Data Hub API. https, or http on loopback."`
	Timeout Duration `name:"api-timeout" env:"PORTICO_API_TIMEOUT" default:"20s" placeholder:"DURATION" help:"Longest wait for one answer of the Data Hub."`
}

// AppUser is the application user that signs in by the resource owner password grant, with nobody at the keyboard.
type AppUser struct {
	User         string      `name:"user" env:"DATAHUB_USERNAME,OPINUM_USERNAME" placeholder:"NAME" help:"Dedicated application user of the Data Hub, if there is one. web check signs in as this user and reads its account."`
	PasswordFile string      `name:"password-file" env:"DATAHUB_PASSWORD_FILE,OPINUM_PASSWORD_FILE" placeholder:"FILE" help:"File that holds the application user's password. Without it the password is taken from DATAHUB_PASSWORD or OPINUM_PASSWORD."`
	Password     secret.Text `kong:"-"`
	Refresh      bool        `name:"user-refresh" env:"PORTICO_USER_REFRESH" help:"Ask for a refresh token of the application user (offline_access) and use it. Default: the portal signs in with the password again when an access token is over."`
	Account      string      `name:"account" env:"DATAHUB_ACCOUNT,OPINUM_ACCOUNT" placeholder:"ID" help:"Account of the application user. An application user with several accounts that names none gets the one used last."`
}

// Sessions says where sessions are kept, how they are sealed and how long they last.
type Sessions struct {
	Store
	Idle     Duration `name:"session-idle" env:"PORTICO_SESSION_IDLE" default:"1h" placeholder:"DURATION" help:"A session ends after this long without a page view. At most 24h."`
	Absolute Duration `name:"session-max" env:"PORTICO_SESSION_MAX" default:"12h" placeholder:"DURATION" help:"A session ends this long after sign-in, whatever happens. At most 24h."`
	MaxEach  Count    `name:"sessions-per-person" env:"PORTICO_SESSIONS_PER_PERSON" default:"20" placeholder:"COUNT" help:"Sessions that one person may have at once; the oldest ends when there is one more."`
}

// Store is the database, where sessions are if not there, and the keys that records are sealed with.
type Store struct {
	Database             string      `name:"database" env:"PORTICO_DATABASE" default:"sqlite:///var/lib/portico/portico.db" placeholder:"URL" help:"The portal's database, which keeps sessions and tokens too unless --sessions says otherwise: sqlite:///path/to/file (processes of one machine), postgres://user@host/name (any number of replicas), or memory: (everybody signs in again after a restart; one process only)."`
	DatabasePasswordFile string      `name:"database-password-file" env:"PORTICO_DATABASE_PASSWORD_FILE" placeholder:"FILE" help:"File that holds the password of a postgres:// database. Without it the password is taken from PORTICO_DATABASE_PASSWORD, or from the URL."`
	DatabasePassword     secret.Text `kong:"-"`
	Sessions             string      `name:"sessions" env:"PORTICO_SESSIONS" placeholder:"URL" help:"Where sessions and tokens are kept if not in the database: redis://host:6379/0 (Redis or Valkey on this machine), rediss://user@host:6379/0 (with TLS, which other machines need), several hosts separated by commas for a Cluster, rediss://user@sentinel1,sentinel2,sentinel3/0?master=NAME for the master that Sentinels watch, or memory:. With replicas=1 as a parameter, no refresh token is presented before a replica has the claim."`
	SessionsPasswordFile string      `name:"sessions-password-file" env:"PORTICO_SESSIONS_PASSWORD_FILE" placeholder:"FILE" help:"File that holds the password of --sessions. Without it the password is taken from PORTICO_SESSIONS_PASSWORD, or from the URL."`
	SessionsPassword     secret.Text `kong:"-"`
	KeysFile             string      `name:"keys" env:"PORTICO_KEYS_FILE" placeholder:"FILE" help:"File with the sealing keys, made by web keys new. The first key seals, all of them open. Required; without the file nobody can read the sessions, so keep a copy of it."`
}

// Log says what is written to standard error.
type Log struct {
	Level  string `name:"log-level" env:"PORTICO_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error."`
	Format string `name:"log-format" env:"PORTICO_LOG_FORMAT" default:"json" placeholder:"FORMAT" help:"json (one object a line) or text."`
}
