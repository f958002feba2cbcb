package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// TestMain lets the program of the tests be the other process in some of them.
func TestMain(m *testing.M) {
	switch path := os.Getenv("PORTICO_TEST_FILE"); os.Getenv("PORTICO_TEST_PROCESS") {
	case "write":
		writeUntilKilled(path)
	case "open":
		_, err := Open(context.Background(), path, nil)
		fmt.Println(err)
	default:
		os.Exit(m.Run())
	}
}

// process is this program as another process, which does something with a file.
func process(t *testing.T, does, path string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = []string{"PORTICO_TEST_PROCESS=" + does, "PORTICO_TEST_FILE=" + path}
	cmd.Stderr = os.Stderr
	return cmd
}

// writeUntilKilled signs people in, one after the other, and prints the id of each session that is confirmed.
func writeUntilKilled(path string) {
	s, err := Open(context.Background(), path, nil)
	for n := 0; err == nil; n++ {
		var id session.ID
		if id, err = signIn(s, fmt.Sprint(n)); err == nil {
			fmt.Println(hex.EncodeToString(id[:]))
		}
	}
	fmt.Println(err)
}

func signIn(s *Store, subject string) (session.ID, error) {
	id := session.NewHandle().ID()
	err := s.Tokens().Create(context.Background(), token.Record{ID: id, Until: time.Now().Add(time.Hour), Sealed: bytes.Repeat([]byte(subject), 400)})
	if err == nil {
		err = s.Sessions().Create(context.Background(), session.Record{ID: id, Issuer: "https://op", Subject: subject, Until: time.Now().Add(time.Hour), SeenTag: []byte{1}, Sealed: []byte(subject), LoginStarted: time.Now()})
	}
	return id, err
}

// a process is killed in the middle of its writes, again and again. What it confirmed is there, and the file opens by itself with the log that was left.
func TestR30KilledInAWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "p.db")
	var confirmed []session.ID
	for round := range 4 {
		cmd := process(t, "write", path)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var id session.ID
			if _, err := hex.Decode(id[:], lines.Bytes()); err != nil {
				t.Fatalf("round %d: %s", round, lines.Text())
			}
			confirmed = append(confirmed, id)
			if n == 5+7*round {
				time.AfterFunc(time.Duration(round)*700*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait()
		s, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, id := range confirmed {
			_, err := s.Sessions().Load(t.Context(), id)
			_, terr := s.Tokens().Load(t.Context(), id)
			if err != nil || terr != nil {
				t.Errorf("round %d: a session that was confirmed: %v, %v", round, err, terr)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(confirmed) < 20 {
		t.Errorf("only %d sessions were confirmed", len(confirmed))
	}
}

// a file that this user may not write is an error that says so.
func TestR30FileOfSomebodyElse(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "portico-read-only") // where others may look
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path, program := filepath.Join(dir, "p.db"), filepath.Join(dir, "program")
	s, err := Open(t.Context(), path, nil)
	if err == nil {
		err = s.Close()
	}
	cmd := process(t, "open", path)
	b, rerr := os.ReadFile(cmd.Path)
	if err := errors.Join(err, rerr, os.WriteFile(program, b, 0o755), os.Chmod(path, 0o444), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	cmd.Path = program
	if os.Getuid() == 0 { // to whom rights mean nothing
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "sqlite: "+path+" cannot be written by this user") {
		t.Errorf("Open = %s, %v", out, err)
	}
}

// a file with a damaged page is refused by name, and stays as it is.
func TestR30DamagedPages(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "p.db")
	s, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		if _, err := signIn(s, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil { // which brings all pages home from the log
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	if len(sound) < 10*page {
		t.Fatalf("%d bytes", len(sound))
	}
	for name, at := range map[string]int{"the magic": 3, "the format": 20, "the schema's page": 100, "a table's page": 2 * page, "its number of cells": 2*page + 3, "its first cell": 2*page + 8, "another table's page": 5 * page} {
		damaged := bytes.Clone(sound)
		damaged[at] ^= 0xff
		file := filepath.Join(t.TempDir(), "p.db")
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), file, nil)
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "sqlite: "+file+" is damaged or no database (") || !strings.Contains(err.Error(), "restore a copy, or move it away") {
			t.Errorf("%s: Open = %v", name, err)
		}
		if after, _ := os.ReadFile(file); !bytes.Equal(after, damaged) {
			t.Errorf("%s: the damaged file was changed", name)
		}
	}
}
