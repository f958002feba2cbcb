//go:build race

package datahub

// allowance is what the race detector allocates for itself with a year of points.
const allowance = 2_000_000
