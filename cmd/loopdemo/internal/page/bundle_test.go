package page

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func bundled(t *testing.T, files map[string]string) (string, error) {
	t.Helper()
	sources := map[string][]byte{}
	for name, text := range files {
		sources[name] = []byte(text)
	}
	script, err := bundle(sources, "js/main.js")
	return string(script), err
}

func TestBundle(t *testing.T) {
	script, err := bundled(t, map[string]string{
		"js/main.js": "import { twice } from \"./a.js\";\nimport { one } from \"./b.js\";\nconsole.log(twice(one));\n",
		"js/a.js":    "import {\n  one,\n} from \"./b.js\";\nexport function twice(x) {\n  return x + x;\n}\nexport async function later() {}\nconst own = one;\n",
		"js/b.js":    "// the first\nexport const one = 1;\n",
		"js/c.js":    "not imported",
	})
	require.NoError(t, err)
	require.Equal(t, `"use strict";
(() => {

const module_b = (() => {
// the first
const one = 1;
return { one };
})();

const module_a = (() => {
const {
  one,
} = module_b;
function twice(x) {
  return x + x;
}
async function later() {}
const own = one;
return { twice, later };
})();

const module_main = (() => {
const { twice } = module_a;
const { one } = module_b;
console.log(twice(one));
return {  };
})();
})();
`, script)
}

func TestBundleRefuses(t *testing.T) {
	tests := []struct{ name, main, a, says string }{
		{"a missing module", `import { x } from "./b.js";` + "\n", "", "imports js/b.js, which does not exist"},
		{"a circle", `import { x } from "./a.js";` + "\n", `import { y } from "./main.js";` + "\n", "js/main.js imports itself, through [js/main.js js/a.js]"},
		{"a default", "export default 1;\n", "", "not understood"},
		{"a variable", "export let x = 1;\n", "", "not understood"},
		{"everything", `import * as a from "./a.js";` + "\n", "", "not understood"},
		{"a module when it is needed", "const a = await import(\"./a.js\");\n", "", "not understood"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bundled(t, map[string]string{"js/main.js": tt.main, "js/a.js": tt.a})
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// The page's own modules are of the kind that can be bundled, and each is needed.
func TestBundleOfThePage(t *testing.T) {
	files := staticFiles()
	script, err := bundle(files, "js/main.js")
	require.NoError(t, err)
	for name := range files {
		if len(name) > 3 && name[:3] == "js/" {
			require.Contains(t, string(script), "const "+variable(name)+" = ", "nothing imports it")
		}
		require.NotEmpty(t, contentType(name), name)
	}
}
