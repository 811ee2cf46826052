package determinism

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

const directive = "//ouro:allow"

// A line is a line of a file.
type line struct {
	file string
	n    int
}

func (p *program) at(pos token.Pos) line {
	at := p.pass.Fset.PositionFor(pos, false)
	return line{at.Filename, at.Line}
}

// readAllowances notes the lines on which all is allowed, and reports what allows without a
// reason, which allows nothing.
func (p *program) readAllowances(file *ast.File) error {
	for _, group := range file.Comments {
		for _, c := range group.List {
			switch reason, ok := allowance(c); {
			case !ok:
			case reason == "":
				p.pass.Report(analysis.Diagnostic{Pos: c.Pos(), End: c.End(),
					Message: directive[2:] + " without a reason allows nothing: say on its line why this is meant to be so"})
			default:
				if err := p.allow(c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// allowance is the reason that a comment has for what it allows. A comment within the comment is
// none.
func allowance(c *ast.Comment) (reason string, ok bool) {
	text, ok := strings.CutPrefix(c.Text, directive)
	if !ok || text != "" && text[0] != ' ' && text[0] != '\t' {
		return "", false
	}
	reason, _, _ = strings.Cut(text, "//")
	return strings.TrimSpace(reason), true
}

// allow notes the line that a comment is for: its own, or the next one if it stands alone. What
// stands behind code is for that code only.
func (p *program) allow(c *ast.Comment) error {
	at := p.at(c.Pos())
	source, err := p.pass.ReadFile(at.file)
	if err != nil {
		return err
	}
	before := source[:p.pass.Fset.File(c.Pos()).Offset(c.Pos())]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	if len(bytes.TrimSpace(before)) == 0 {
		at.n++
	}
	p.allowances[at] = true
	return nil
}

// allowsAll reports whether the doc comment of a function allows all that is in it.
func allowsAll(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if reason, ok := allowance(c); ok && reason != "" {
			return true
		}
	}
	return false
}
