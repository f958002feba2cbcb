package testserver

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// StartRedisCluster starts three masters and joins them.
func StartRedisCluster(t TB) []*Redis {
	t.Helper()
	cli := find("redis-cli")
	if cli == "" {
		Missing(t, "Redis Cluster: install Debian's package redis-tools")
	}
	var nodes []*Redis
	args := []string{"--cluster", "create"}
	for range 3 {
		r := StartRedis(t, "--cluster-enabled", "yes", "--cluster-port", FreePort(t), "--cluster-node-timeout", "2000")
		nodes = append(nodes, r)
		args = append(args, r.Address())
	}
	if out, err := exec.Command(cli, append(args, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster create: %v\n%s", err, out)
	}
	for _, r := range nodes {
		if err := await(func() error {
			if info, _ := r.Do(t, "CLUSTER", "INFO").(string); !strings.Contains(info, "cluster_state:ok") {
				return errors.New("the cluster is not up")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return nodes
}

// Reshard moves slots from the first node of a Cluster to the second, with what is in them.
func Reshard(t TB, nodes []*Redis, slots int) {
	t.Helper()
	id := func(r *Redis) string { return fmt.Sprint(r.Do(t, "CLUSTER", "MYID")) }
	cmd := exec.Command(find("redis-cli"), "--cluster", "reshard", nodes[0].Address(), "--cluster-from", id(nodes[0]), "--cluster-to", id(nodes[1]), "--cluster-slots", fmt.Sprint(slots), "--cluster-yes")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster reshard: %v\n%s", err, out)
	}
}
