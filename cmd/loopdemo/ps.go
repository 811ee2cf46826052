package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// newPS makes the command that shows the tasks of a loop in another process.
func newPS() *cobra.Command {
	return looking("ps", "Show the tasks of a program that runs, and what they wait for")
}

// newPSTree makes the one that shows who awaits whom.
func newPSTree() *cobra.Command {
	return looking("pstree", "Show who awaits whom in a program that runs")
}

// defaultURL is where the documents say to mount inspect.Handler.
const defaultURL = "http://localhost:6060/debug/ouro/"

func looking(page, short string) *cobra.Command {
	var stacks bool
	cmd := &cobra.Command{
		Use:   page + " [URL]",
		Short: short,
		Long: short + `.

The program serves it with inspect.Handler, beside net/http/pprof:

  http.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", inspect.Handler(l)))
  go http.ListenAndServe("localhost:6060", nil)

URL is where that is, ` + defaultURL + ` if it is not given.`,
		Example: "  loopdemo " + page + "\n  loopdemo " + page + " localhost:8081/debug/ouro --stacks",
		Args:    atMostOneURL,
		RunE: func(cmd *cobra.Command, args []string) error {
			at := defaultURL
			if len(args) > 0 {
				at = args[0]
			}
			return showPage(cmd.OutOrStdout(), at, page, stacks)
		},
	}
	cmd.Flags().BoolVar(&stacks, "stacks", false, "tell where each task stands")
	return cmd
}

func atMostOneURL(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s takes one URL, or none for %s", cmd.Name(), defaultURL)
	}
	return nil
}

// showPage prints a page of a handler of package inspect.
func showPage(w io.Writer, at, page string, stacks bool) error {
	u, err := pageURL(at, page, stacks)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Get(u)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // which is not again the whole address
		}
		return fmt.Errorf("%s does not answer: %w; is that where inspect.Handler is served?", at, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %s", at, answer.Status, strings.TrimSpace(string(body)))
	}
	_, err = w.Write(body)
	return err
}

// pageURL is the address of a page below at, which may be without http:// and the last slash.
func pageURL(at, page string, stacks bool) (string, error) {
	if !strings.Contains(at, "://") {
		at = "http://" + at
	}
	u, err := url.Parse(at)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%q is no address, such as %s", at, defaultURL)
	}
	u = u.JoinPath(page)
	if stacks {
		u.RawQuery = "stacks=1"
	}
	return u.String(), nil
}
