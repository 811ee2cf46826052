package loop

import (
	"github.com/ouro-loop/ouro/internal/driver"
)

// mayHaveTransports is why there can be none, nil if there can. What they read would not be in a record,
// nor in a schedule that somebody explores.
func (l *Loop) mayHaveTransports() error {
	if l.closed.Load() {
		return ErrClosed
	}
	if err := l.hermetically("a socket or pipe"); err != nil {
		return err
	}
	if l.tape != nil || l.sched.Chooser != nil {
		return errUnrecordedIO
	}
	return nil
}

// helpers are goroutines that wait for connections. While somebody waits for those, work is out: the
// loop cannot look whether something has come, as it can with descriptors, so a virtual clock stands.
type helpers struct {
	*driver.Helpers
	errand *errand // nil while nobody waits
}

func (l *Loop) openHelpers() *driver.Helpers {
	h := new(helpers)
	h.Helpers = driver.NewHelpers(l, driver.Outside{
		Post:  l.inbox.post,
		Begin: func() { h.errand = l.sendOut(onConnection, nil) },
		End:   func() { l.takeIn(&h.errand) },
	}, int(l.ioBudget))
	l.helpers = h
	return h.Helpers
}

func (l *Loop) closeHelpers() {
	if l.helpers != nil {
		l.helpers.Close()
	}
}
