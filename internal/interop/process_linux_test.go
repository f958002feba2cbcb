package interop

import (
	"os/exec"
	"syscall"
)

// tie lets a process end with this one, also when it is killed for taking too long.
func tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
