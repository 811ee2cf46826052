package natsstore_test

import (
	"testing"

	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

func TestConformance(t *testing.T) {
	durabletest.Conformance(t, fresh(connect(t, single(t).ClientURL())))
}

func TestConformanceCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes each thing three times")
	}
	durabletest.Conformance(t, fresh(connect(t, startCluster(t).urls()), natsstore.Replicas(3)))
}
