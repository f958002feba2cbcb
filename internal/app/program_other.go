//go:build !linux

package app

func freeProgram() {}
