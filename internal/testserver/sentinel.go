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

// StartSentinels starts five processes.
func StartSentinels(t TB) *Sentinels {
	t.Helper()
	s := &Sentinels{Master: StartRedis(t, "--repl-diskless-sync-delay", "0")}
	s.Replica = StartRedis(t, "--replicaof", "127.0.0.1 "+s.Master.Port)
	s.Master.AwaitReplica(t)
	for range 3 {
		s.start(t)
	}
	for _, a := range s.Addresses {
		s.await(t, a, "num-other-sentinels", "2")
		s.await(t, a, "num-slaves", "1")
	}
	return s
}

// start starts one that agrees with another on what it sees.
func (s *Sentinels) start(t TB) {
	t.Helper()
	r := &Redis{Port: freePort(t), bin: s.Master.bin}
	config := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor %[2]s 127.0.0.1 %[3]s 2\nsentinel down-after-milliseconds %[2]s 500\nsentinel failover-timeout %[2]s 3000\n", r.Port, SentinelMaster, s.Master.Port)
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
}

// await waits until a Sentinel says something of the master.
func (s *Sentinels) await(t TB, address, field, value string) {
	t.Helper()
	_, port, _ := strings.Cut(address, ":")
	r := &Redis{Port: port}
	if err := await(func() error {
		if said := fmt.Sprint(r.Do(t, "SENTINEL", "MASTER", SentinelMaster)); !strings.Contains(said, field+" "+value) && !strings.Contains(said, field+":"+value) {
			return errors.New(address + ": no " + field + " " + value)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
