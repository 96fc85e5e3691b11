// Judges notes and proofs with golang.org/x/mod/sumdb: reads one JSON object, answers with one.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Vkey    string
	Note    string
	Records []struct {
		Size, Index int64
		Root, Entry string
		Proof       []string
	}
	Trees []struct {
		Size     int64
		OldSize  int64  `json:"old_size"`
		OldRoot  string `json:"old_root"`
		Root     string
		Proof    []string
	}
}

type answer struct {
	Error   string `json:"error"`
	Records int    `json:"records"`
	Trees   int    `json:"trees"`
	Vkey    string `json:"vkey"`
	Note    string `json:"note"`
}

func hash(text string) tlog.Hash {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != tlog.HashSize {
		panic("a hash is not base64 of 32 bytes")
	}
	var h tlog.Hash
	copy(h[:], raw)
	return h
}

func hashes(texts []string) []tlog.Hash {
	var list []tlog.Hash
	for _, text := range texts {
		list = append(list, hash(text))
	}
	return list
}

func judge(q question, a *answer) error {
	verifier, err := note.NewVerifier(q.Vkey)
	if err != nil {
		return err
	}
	if _, err = note.Open([]byte(q.Note), note.VerifierList(verifier)); err != nil {
		return err
	}
	for _, r := range q.Records {
		leaf := tlog.RecordHash([]byte(r.Entry))
		if err := tlog.CheckRecord(hashes(r.Proof), r.Size, hash(r.Root), r.Index, leaf); err != nil {
			return fmt.Errorf("record %d of %d: %v", r.Index, r.Size, err)
		}
		a.Records++
	}
	for _, t := range q.Trees {
		if err := tlog.CheckTree(hashes(t.Proof), t.Size, hash(t.Root), t.OldSize, hash(t.OldRoot)); err != nil {
			return fmt.Errorf("tree %d to %d: %v", t.OldSize, t.Size, err)
		}
		a.Trees++
	}
	return nil
}

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		panic(err)
	}
	var a answer
	if err := judge(q, &a); err != nil {
		a.Error = err.Error()
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, "judge.example")
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		panic(err)
	}
	signed, err := note.Sign(&note.Note{Text: "a note of the judge\n"}, signer)
	if err != nil {
		panic(err)
	}
	a.Vkey, a.Note = vkey, string(signed)
	json.NewEncoder(os.Stdout).Encode(a)
}
