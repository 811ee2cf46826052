// Package subprocess runs other programs, and has coroutines talk to them and wait for them: what
// asyncio.subprocess is, on os/exec's Cmd.
//
//	out, err := subprocess.Output(co, exec.Command("git", "log", "-1"))
//
// [Start] is for those who talk to it meanwhile.
package subprocess
