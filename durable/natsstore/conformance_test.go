package natsstore_test

import (
	"flag"
	"testing"

	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

var many = flag.Int("many", 400, "how many programs there are in TestConformance/.*/ManyPrograms")

func TestConformance(t *testing.T) {
	durabletest.Conformance(t, fresh(connect(t, single(t).ClientURL())), durabletest.Programs(*many))
}

func TestConformanceCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes each thing three times")
	}
	durabletest.Conformance(t, fresh(connect(t, startCluster(t).urls()), natsstore.Replicas(3)))
}
