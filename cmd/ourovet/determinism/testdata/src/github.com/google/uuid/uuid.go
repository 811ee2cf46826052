// Package uuid has of the real one what the tests need.
package uuid

import "io"

type (
	UUID   [16]byte
	Domain byte
)

func New() UUID                                              { return UUID{} }
func NewString() string                                      { return "" }
func NewRandom() (id UUID, err error)                        { return }
func NewRandomFromReader(r io.Reader) (id UUID, err error)   { return }
func NewSHA1(space UUID, data []byte) UUID                   { return UUID{} }
func NewUUID() (id UUID, err error)                          { return }
func NewV6() (id UUID, err error)                            { return }
func NewV7() (id UUID, err error)                            { return }
func NewV7FromReader(r io.Reader) (id UUID, err error)       { return }
func NewDCEGroup() (id UUID, err error)                      { return }
func NewDCEPerson() (id UUID, err error)                     { return }
func NewDCESecurity(d Domain, n uint32) (id UUID, err error) { return }
