package lines

import "regexp"

// woven is what package weave puts into a text.
var woven = regexp.MustCompile(`; import __lines "[^"]*"` +
	`| defer __lines\.Leave\(__lines\.Enter\(\)\);` +
	`|(; )?__lines\.At\(\d+\); ` +
	`|__lines\.Delay\(|/\*__lines\*/\)` +
	`|(\nvar _ \w+\.(State|Duration)\n)+$`)

var (
	wovenPrint = regexp.MustCompile(`\b__lines\.Print`)
	wovenSleep = regexp.MustCompile(`\b__lines\.Sleep`)
)

// Original is the text of a Go file before it was woven, as it was for whoever has embedded
// it: what is embedded is the woven copy, too. Any other text is as it is.
func Original(text string) string {
	text = woven.ReplaceAllString(text, "")
	text = wovenPrint.ReplaceAllString(text, "fmt.Print")
	return wovenSleep.ReplaceAllString(text, "time.Sleep")
}
