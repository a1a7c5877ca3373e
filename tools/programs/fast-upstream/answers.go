// What the provider answers: Chat Completions whole and in pieces, and Bedrock's event stream.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
)

const eventStream = "application/vnd.amazon.eventstream"

// What is said, in the words of each protocol. One token in, one out: no budget is used up by a load test.
type answers struct {
	converse, completion []byte
	events, deltas       [][]byte
}

var (
	embedding   = vector(1024)
	credentials = object(map[string]string{
		"AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "example-secret-access-key",
		"Token": "example-session-token", "Expiration": "2099-01-01T00:00:00Z",
	})
)

func prepare(how behaviour) *answers {
	text := strings.TrimSpace(strings.Repeat("word ", how.Words))
	piece := strings.TrimSpace(strings.Repeat("word ", max(1, how.Words/max(1, how.Chunks)))) + " "
	made := &answers{
		converse: object(map[string]any{
			"output":     map[string]any{"message": map[string]any{"role": "assistant", "content": []any{map[string]any{"text": text}}}},
			"stopReason": "end_turn",
			"usage":      map[string]int{"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
			"metrics":    map[string]int{"latencyMs": how.Delay},
		}),
		completion: completion("chat.completion", map[string]any{
			"index": 0, "message": map[string]any{"role": "assistant", "content": text}, "finish_reason": "stop",
		}, true),
	}
	for range max(1, how.Chunks) {
		made.events = append(made.events, event("contentBlockDelta", map[string]any{
			"contentBlockIndex": 0, "delta": map[string]any{"text": piece},
		}))
		made.deltas = append(made.deltas, data(completion("chat.completion.chunk", map[string]any{
			"index": 0, "delta": map[string]any{"role": "assistant", "content": piece}, "finish_reason": nil,
		}, false)))
	}
	made.events[0] = append(event("messageStart", map[string]any{"role": "assistant"}), made.events[0]...)
	last := len(made.events) - 1
	made.events[last] = bytes.Join([][]byte{
		made.events[last],
		event("contentBlockStop", map[string]any{"contentBlockIndex": 0}),
		event("messageStop", map[string]any{"stopReason": "end_turn"}),
		event("metadata", map[string]any{
			"usage":   map[string]int{"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
			"metrics": map[string]int{"latencyMs": how.Delay},
		}),
	}, nil)
	made.deltas[last] = bytes.Join([][]byte{
		made.deltas[last],
		data(completion("chat.completion.chunk", map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"}, true)),
		[]byte("data: [DONE]\n\n"),
	}, nil)
	return made
}

func completion(kind string, choice map[string]any, usage bool) []byte {
	made := map[string]any{
		"id": "chatcmpl-1", "object": kind, "created": 1_790_000_000, "model": "fast", "choices": []any{choice},
	}
	if usage {
		made["usage"] = map[string]int{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
	}
	return object(made)
}

// Titan's answer and Cohere's in one: each caller reads the fields that it knows.
func vector(dimension int) []byte {
	numbers := make([]float64, dimension)
	for i := range numbers {
		numbers[i] = float64(i%7+1) / 100
	}
	return object(map[string]any{
		"embedding": numbers, "inputTextTokenCount": 1,
		"id": "embedding", "response_type": "embeddings_floats", "embeddings": [][]float64{numbers},
	})
}

func object(value any) []byte {
	return must(json.Marshal(value))
}

func data(text []byte) []byte {
	return fmt.Appendf(nil, "data: %s\n\n", text)
}

// event is one message of AWS's event stream: lengths, their checksum, headers, payload, the checksum of it all.
func event(kind string, payload any) []byte {
	var head bytes.Buffer
	for _, header := range [][2]string{{":event-type", kind}, {":content-type", "application/json"}, {":message-type", "event"}} {
		head.WriteByte(byte(len(header[0])))
		head.WriteString(header[0])
		head.WriteByte(7) // a string
		_ = binary.Write(&head, binary.BigEndian, uint16(len(header[1])))
		head.WriteString(header[1])
	}
	body := object(payload)
	message := binary.BigEndian.AppendUint32(nil, uint32(16+head.Len()+len(body)))
	message = binary.BigEndian.AppendUint32(message, uint32(head.Len()))
	message = binary.BigEndian.AppendUint32(message, crc32.ChecksumIEEE(message))
	message = append(append(message, head.Bytes()...), body...)
	return binary.BigEndian.AppendUint32(message, crc32.ChecksumIEEE(message))
}
