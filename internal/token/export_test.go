package token

// The points at which tests let a process crash.
const (
	PointClaimed   = pointClaimed
	PointSend      = pointSend
	PointAnswered  = pointAnswered
	PointCommit    = pointCommit
	PointCommitted = pointCommitted
)

// Abandon lets m crash wherever f says so.
func (m *Manager) Abandon(f func(point string) bool) { m.crash.Store(&f) }
