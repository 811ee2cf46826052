package marks

import (
	"fmt"
	"slices"
	"strings"
)

// Table writes the methods with the tests that ask the same, or the reasons, as
// Markdown.
func (f *Found) Table(methods []string) string {
	var b strings.Builder
	b.WriteString("| module | methods | asked here | without meaning in Go |\n| --- | ---: | ---: | ---: |\n")
	sum := [3]int{}
	for _, module := range Modules {
		n := [3]int{}
		for _, name := range methods {
			if strings.HasPrefix(name, module+".") {
				n[0]++
				if f.Asked[name] != nil {
					n[1]++
				} else {
					n[2]++
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", module, n[0], n[1], n[2])
		for i := range n {
			sum[i] += n[i]
		}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d |\n", sum[0], sum[1], sum[2])
	module := ""
	for _, name := range methods {
		m, rest, _ := strings.Cut(name, ".")
		if m != module {
			module = m
			fmt.Fprintf(&b, "\n### %s\n\n| method | asked by |\n| --- | --- |\n", module)
		}
		fmt.Fprintf(&b, "| %s | %s |\n", rest, f.answer(name))
	}
	return b.String()
}

func (f *Found) answer(name string) string {
	if f.Asked[name] == nil {
		return "– " + strings.ReplaceAll(f.Reason(name), "|", "\\|")
	}
	var places []string
	for _, p := range f.Asked[name] {
		place := fmt.Sprintf("%s, `%s`", p.File, p.Test)
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return strings.Join(places, "; ")
}
