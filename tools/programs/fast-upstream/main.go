// A provider that costs next to nothing: Bedrock's runtime and OpenAI's chat completions with one prepared answer, the agent
// that hands out credentials, and a telemetry backend that takes everything and keeps nothing. Load tests measure what
// stands in front of it.
//
// The first line of its output is a JSON object with the two addresses. `POST /behave` sets how it answers, `GET /seen`
// says what it was asked; `open` is the number of streams that are held open.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// How it answers. Milliseconds; `Chunks` is the number of pieces of a stream, `Gap` the wait before each.
type behaviour struct {
	Delay  int `json:"delay"`
	Chunks int `json:"chunks"`
	Gap    int `json:"gap"`
	Words  int `json:"words"`
}

var (
	how      atomic.Pointer[behaviour]
	said     atomic.Pointer[answers]
	requests atomic.Int64
	asked    atomic.Int64 // for credentials
	open     atomic.Int64
	peak     atomic.Int64
	chunks   atomic.Int64
)

func main() {
	certificate := flag.String("certificate", "", "PEM file; with it and -key it serves TLS as well")
	key := flag.String("key", "", "PEM file")
	flag.Parse()
	become(behaviour{Chunks: 10, Words: 200})

	addresses := map[string]string{"plain": serve(nil)}
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		if err != nil {
			log.Fatal(err)
		}
		addresses["secure"] = serve(&tls.Config{Certificates: []tls.Certificate{pair}})
	}
	_ = json.NewEncoder(os.Stdout).Encode(addresses)
	// It ends with whoever started it, however that ends.
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func serve(config *tls.Config) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	address := listener.Addr().String()
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	server := &http.Server{
		Handler:  http.HandlerFunc(handle),
		ErrorLog: log.New(io.Discard, "", 0),
		// Of EKS' Pod Identity agent, whose server keeps idle connections as long as its timeout for reading.
		IdleTimeout: 30 * time.Second,
	}
	go func() { log.Fatal(server.Serve(listener)) }()
	return address
}

func become(next behaviour) {
	said.Store(prepare(next))
	how.Store(&next)
}

func handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	path := r.URL.Path
	switch {
	case path == "/behave":
		var next behaviour
		if err := json.Unmarshal(body, &next); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		become(next)
		requests.Store(0)
		chunks.Store(0)
		asked.Store(0)
		peak.Store(open.Load())
	case path == "/seen":
		seen := map[string]int64{
			"requests": requests.Load(), "open": open.Load(), "peak": peak.Load(), "chunks": chunks.Load(),
			"credentials": asked.Load(),
		}
		send(w, "application/json", must(json.Marshal(seen)))
	case path == "/v1/credentials":
		asked.Add(1)
		send(w, "application/json", credentials)
	case path == "/v1/traces" || path == "/v1/metrics" || path == "/v1/logs":
		send(w, "application/x-protobuf", nil)
	case strings.HasPrefix(path, "/model/") && strings.HasSuffix(path, "/converse"):
		whole(w, said.Load().converse)
	case strings.HasPrefix(path, "/model/") && strings.HasSuffix(path, "/converse-stream"):
		stream(w, r, eventStream, said.Load().events)
	case strings.HasPrefix(path, "/model/") && strings.HasSuffix(path, "/invoke"):
		send(w, "application/json", embedding)
	case path == "/v1/chat/completions":
		var asked struct {
			Stream bool `json:"stream"`
		}
		if err := json.Unmarshal(body, &asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if asked.Stream {
			stream(w, r, "text/event-stream", said.Load().deltas)
		} else {
			whole(w, said.Load().completion)
		}
	case r.Method == http.MethodGet:
		// Lists of models, which gateways ask for at their start.
		send(w, "application/json", []byte(`{"object":"list","data":[],"modelSummaries":[],"inferenceProfileSummaries":[]}`))
	default:
		http.Error(w, fmt.Sprintf(`{"message":"no provider has %s"}`, path), http.StatusNotFound)
	}
}

func whole(w http.ResponseWriter, text []byte) {
	requests.Add(1)
	time.Sleep(time.Duration(how.Load().Delay) * time.Millisecond)
	send(w, "application/json", text)
}

func stream(w http.ResponseWriter, r *http.Request, kind string, pieces [][]byte) {
	requests.Add(1)
	now := open.Add(1)
	defer open.Add(-1)
	for most := peak.Load(); now > most && !peak.CompareAndSwap(most, now); most = peak.Load() {
	}
	manner := *how.Load()
	wait(r, manner.Delay)
	w.Header().Set("Content-Type", kind)
	control := http.NewResponseController(w)
	for number, piece := range pieces {
		if number > 0 && wait(r, manner.Gap) {
			return
		}
		if _, err := w.Write(piece); err != nil {
			return
		}
		chunks.Add(1)
		_ = control.Flush()
	}
}

// wait says whether the caller left meanwhile.
func wait(r *http.Request, milliseconds int) bool {
	if milliseconds == 0 {
		return false
	}
	timer := time.NewTimer(time.Duration(milliseconds) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-r.Context().Done():
		return true
	}
}

func send(w http.ResponseWriter, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	_, _ = w.Write(text)
}

func must(text []byte, err error) []byte {
	if err != nil {
		log.Fatal(err)
	}
	return text
}
