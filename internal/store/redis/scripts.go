package redis

import (
	"crypto/sha1"
	"embed"
	"encoding/hex"
)

//go:embed scripts/*.lua
var lua embed.FS

// script is one operation of the store: one atomic step on keys of one hash slot.
type script struct {
	text    string
	sha     string // by which servers know it
	durable bool   // what it wrote must not get lost: see Config.Replicas
}

func newScript(parts ...string) script {
	text := ""
	for _, name := range append([]string{"common"}, parts...) {
		b, err := lua.ReadFile("scripts/" + name + ".lua")
		if err != nil {
			panic(err)
		}
		text += string(b) + "\n"
	}
	sum := sha1.Sum([]byte(text))
	return script{text: text, sha: hex.EncodeToString(sum[:])}
}

func (s script) mustLast() script {
	s.durable = true
	return s
}

var (
	sessionCreate = newScript("session_create")
	sessionLoad   = newScript("session_load")
	sessionSave   = newScript("session_save")
	sessionTouch  = newScript("session_touch")
	sessionEnd    = newScript("session_end")
	sessionSweep  = newScript("session_sweep")
	groupAdd      = newScript("group_add")
	groupEnd      = newScript("group_end")
	onceFirst     = newScript("once")
	triesTake     = newScript("tries_take")
	tokensCreate  = newScript("tokens_create")
	tokensClaim   = newScript("tokens_claim").mustLast()
	tokensRenew   = newScript("held", "tokens_renew")
	tokensSend    = newScript("held", "tokens_send").mustLast()
	tokensCommit  = newScript("tokens_commit").mustLast()
	tokensRelease = newScript("held", "tokens_release")
)
