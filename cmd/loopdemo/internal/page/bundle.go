package page

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A browser does not load modules from a disk. So an export has them as one script: each module is a function that
// gives what it exports, after those that it imports.

var (
	importLine = regexp.MustCompile(`(?m)^import \{([^}]*)\} from "\./([^"]+)";\n`)
	exportWord = regexp.MustCompile(`(?m)^export (?:async )?(?:function|const) (\w+)`)
	anyImport  = regexp.MustCompile(`(?m)^import\b|^export (?:default|\{|\*|let|var|class)|\bimport\(`)
)

// bundle makes one script of the module with this path, and of all that it imports.
func bundle(files map[string][]byte, main string) ([]byte, error) {
	b := &bundler{files: files}
	if err := b.add(main, nil); err != nil {
		return nil, err
	}
	return []byte("\"use strict\";\n(() => {\n" + b.out.String() + "})();\n"), nil
}

type bundler struct {
	files map[string][]byte
	done  []string
	out   strings.Builder
}

// add writes a module, after those that it imports. The modules that led to it are above.
func (b *bundler) add(name string, above []string) error {
	if slices.Contains(b.done, name) {
		return nil
	}
	if slices.Contains(above, name) {
		return fmt.Errorf("%s imports itself, through %v", name, above)
	}
	text, ok := b.files[name]
	if !ok {
		return fmt.Errorf("%v imports %s, which does not exist", above, name)
	}
	source := string(text)
	for _, found := range importLine.FindAllStringSubmatch(source, -1) {
		if err := b.add(path.Join(path.Dir(name), found[2]), append(above, name)); err != nil {
			return err
		}
	}
	source = importLine.ReplaceAllStringFunc(source, func(line string) string {
		found := importLine.FindStringSubmatch(line)
		return fmt.Sprintf("const {%s} = %s;\n", found[1], variable(path.Join(path.Dir(name), found[2])))
	})
	var exports []string
	for _, found := range exportWord.FindAllStringSubmatch(source, -1) {
		exports = append(exports, found[1])
	}
	if odd := anyImport.FindString(source); odd != "" {
		return fmt.Errorf("%s has an %q that is not understood here", name, odd)
	}
	source = strings.ReplaceAll("\n"+source, "\nexport ", "\n")
	fmt.Fprintf(&b.out, "\nconst %s = (() => {%sreturn { %s };\n})();\n", variable(name), source, strings.Join(exports, ", "))
	b.done = append(b.done, name)
	return nil
}

// variable holds what a module exports.
func variable(name string) string {
	return "module_" + strings.TrimSuffix(path.Base(name), ".js")
}
