package page

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/nearest"
)

// problem is what is told instead of a document.
type problem struct {
	Error   string `json:"error"`
	Nearest string `json:"nearest,omitempty"` // what was probably meant
}

func sayError(w http.ResponseWriter, status int, p problem) {
	w.Header().Set("Content-Type", contentTypes[".json"])
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p) // who is gone needs no word
}

// missing answers for a path that there is not: as JSON where that was asked for, and else as a page.
func (s *site) missing(w http.ResponseWriter, r *http.Request) {
	name := wanted(r.URL.Path)
	meant := nearest.Name(name, s.index.names())
	if isDocument(r.URL.Path) {
		sayError(w, http.StatusNotFound, problem{Error: fmt.Sprintf("there is no program %q", name), Nearest: meant})
		return
	}
	w.Header().Set("Content-Type", contentTypes[".html"])
	w.WriteHeader(http.StatusNotFound)
	_ = missingPage.Execute(w, struct { // who is gone needs no word
		Path, Nearest string
		Groups        []Group
	}{r.URL.Path, meant, s.index.Groups})
}

var missingPage = template.Must(template.New("missing").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>not found · ouro</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/theme.css">
<link rel="stylesheet" href="/style.css">
<link rel="stylesheet" href="/narrow.css">
<script src="/early.js"></script>
</head>
<body>
<main class="problem">
<h1>There is no page “{{printf "%.100s" .Path}}”.</h1>
{{if .Nearest}}<p>Did you mean <a href="/#demo={{.Nearest}}">{{.Nearest}}</a>?</p>
{{end}}<p>There is <a href="/">the first demo</a>{{if .Groups}}, and all of these:{{else}}.{{end}}</p>
{{range .Groups}}<h2>{{.Title}}</h2>
<ul>
{{range .Items}}<li><a href="/#demo={{.Name}}">{{.Name}}</a>: {{.About}}</li>
{{end}}</ul>
{{end}}</main>
</body>
</html>
`))
