package looptest

// Spin lets time pass while something is ready all the time: a program that polls, with Sleep(co,
// 0), for what a timer brings. A virtual clock stands still then, which fails the test as a
// livelock. With Spin it goes on to the next deadline after 1,000 iterations, as it does on a real
// clock, where each takes some time. Without a timer it is a livelock all the same.
func Spin() Option { return func(o *options) { o.spin = true } }

// spins is for how many iterations the clock stands still then.
const spins = 1000
