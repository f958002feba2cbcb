package testserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// SentinelMaster is the name by which the Sentinels of StartSentinels know the master.
const SentinelMaster = "sessions"

// Sentinels are three processes that watch a master with a replica, and make the replica the master when the first one is gone.
type Sentinels struct {
	Master, Replica *Redis
	Addresses       []string
}

// StartSentinels starts five processes that all ask for a password.
func StartSentinels(t TB, password string) *Sentinels {
	t.Helper()
	auth := []string{"--requirepass", password, "--masterauth", password}
	s := &Sentinels{Master: StartRedis(t, append(auth, "--repl-diskless-sync-delay", "0")...)}
	s.Replica = StartRedis(t, append(auth, "--replicaof", "127.0.0.1", s.Master.Port)...)
	s.Master.AwaitReplica(t)
	var watching []*Redis
	for range 3 {
		watching = append(watching, s.start(t, password))
	}
	for _, r := range watching {
		awaitSentinel(t, r, "num-other-sentinels", "2")
		awaitSentinel(t, r, "num-slaves", "1")
	}
	return s
}

// start starts one that agrees with another on what it sees.
func (s *Sentinels) start(t TB, password string) *Redis {
	t.Helper()
	r := &Redis{Port: FreePort(t), bin: s.Master.bin, args: []string{"--requirepass", password}}
	config := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor %[2]s 127.0.0.1 %[3]s 2\nsentinel auth-pass %[2]s %[4]s\nsentinel down-after-milliseconds %[2]s 500\nsentinel failover-timeout %[2]s 3000\n"+
		"requirepass %[4]s\nsentinel sentinel-pass %[4]s\n", r.Port, SentinelMaster, s.Master.Port, password)
	file := s.Master.File("sentinel-" + r.Port + ".conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(r.bin, file, "--sentinel")
	cmd.Dir = s.Master.dir
	r.Process = run(t, cmd, syscall.SIGTERM)
	if err := await(func() error { return r.do(t, "PING") }); err != nil {
		t.Fatal(err)
	}
	s.Addresses = append(s.Addresses, r.Address())
	return r
}

// awaitSentinel waits until a Sentinel says something of the master.
func awaitSentinel(t TB, r *Redis, field, value string) {
	t.Helper()
	if err := await(func() error {
		if said := fmt.Sprint(r.Do(t, "SENTINEL", "MASTER", SentinelMaster)); !strings.Contains(said, field+":"+value) {
			return errors.New(r.Address() + ": no " + field + ":" + value)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
