package driver

// Renew moves to a new queue, as when the old one is haunted.
func (d *Driver) Renew() error { return d.renew() }

// RenewRetry is how soon it is tried again.
const RenewRetry = renewRetry
