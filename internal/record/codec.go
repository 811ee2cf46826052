package record

import (
	"encoding"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sync"
)

// What a function returned is kept as bytes: a first one that says what there is, the value, and
// the error.
const (
	unknown   = iota // it cannot be kept, and none of it is
	valueOnly        //
	withError        // the value has its length before it
)

// IsValue reports whether Encode could keep what it was given.
func IsValue(data []byte) bool { return len(data) > 0 && data[0] != unknown }

// Encode keeps what a function returned, if that can be: see CanKeep. Anything that the types
// themselves do to be kept may fail, or panic.
func Encode[T any](v T, err error) (data []byte) {
	defer func() {
		if recover() != nil {
			data = []byte{unknown}
		}
	}()
	value, ok := appendValue(nil, reflect.ValueOf(&v).Elem())
	if err != nil && !ok {
		var zero T // which is all that comes with an error, as a rule
		value, ok = nil, reflect.ValueOf(&v).Elem().IsZero() || reflect.DeepEqual(v, zero)
	}
	switch {
	case !ok:
		return []byte{unknown}
	case err == nil:
		return append([]byte{valueOnly}, value...)
	}
	data = binary.AppendUvarint([]byte{withError}, uint64(len(value)))
	return appendError(append(data, value...), err)
}

// Decode is what Encode was given. The error of the function, if there was one, is one of the
// Sentinels, or an *Error. It fails for data of a value of another type.
func Decode[T any](data []byte) (v T, err, failed error) {
	defer func() {
		if p := recover(); p != nil {
			failed = fmt.Errorf("a %T from a record: panic: %v", v, p)
		}
	}()
	s := scanner{b: data}
	switch s.byte() {
	case valueOnly:
		return v, nil, setValue(reflect.ValueOf(&v).Elem(), s.b)
	case withError:
		value := s.bytes(s.uvarint())
		err = decodeError(&s)
		if s.err != nil {
			return v, nil, s.err
		}
		if len(value) > 0 {
			failed = setValue(reflect.ValueOf(&v).Elem(), value)
		}
		return v, err, failed
	}
	return v, nil, fmt.Errorf("a %T that is not in the record", v)
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// marshals reports whether t has a binary form of its own.
func marshals(t reflect.Type) bool {
	return t.Kind() != reflect.Interface && t.Kind() != reflect.Pointer &&
		t.Implements(marshaler) && reflect.PointerTo(t).Implements(unmarshaler)
}

func appendValue(b []byte, v reflect.Value) (_ []byte, ok bool) {
	if marshals(v.Type()) {
		form, err := v.Interface().(encoding.BinaryMarshaler).MarshalBinary()
		return append(b, form...), err == nil
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1), true
		}
		return append(b, 0), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return binary.AppendUvarint(b, v.Uint()), true
	case reflect.Float32, reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float())), true
	case reflect.String:
		return append(b, v.String()...), true
	}
	if !CanKeep(v.Type()) {
		return nil, false
	}
	text, err := json.Marshal(v.Interface())
	return append(b, text...), err == nil
}

func setValue(v reflect.Value, b []byte) error {
	if marshals(v.Type()) {
		return v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b)
	}
	s := scanner{b: b}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(s.byte() != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(s.varint())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(s.uvarint())
	case reflect.Float32, reflect.Float64:
		if form := s.bytes(8); form != nil {
			v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(form)))
		}
	case reflect.String:
		v.SetString(string(b))
		return nil
	default:
		return json.Unmarshal(b, v.Addr().Interface())
	}
	if s.err == nil && len(s.b) > 0 {
		s.failed()
	}
	return s.err
}

var kept sync.Map // of reflect.Type to whether it can be kept

// CanKeep reports whether values of type t can be kept: booleans, numbers, strings, what has a
// MarshalBinary and UnmarshalBinary, what has them for JSON, and arrays, slices, maps, pointers and structs of
// such. A struct with a field that JSON leaves out cannot, as it would come back as another one,
// and an interface neither, as it would come back with another type in it.
func CanKeep(t reflect.Type) bool {
	if known, ok := kept.Load(t); ok {
		return known.(bool)
	}
	can := canKeep(t, nil)
	kept.Store(t, can)
	return can
}

var (
	toJSON   = reflect.TypeFor[json.Marshaler]()
	fromJSON = reflect.TypeFor[json.Unmarshaler]()
	toText   = reflect.TypeFor[encoding.TextMarshaler]()
	fromText = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func canKeep(t reflect.Type, inside []reflect.Type) bool {
	for _, outer := range inside {
		if outer == t {
			return false // it may lead to itself
		}
	}
	if t.Kind() == reflect.Interface {
		return false
	}
	if to := reflect.PointerTo(t); marshals(t) && len(inside) == 0 ||
		t.Implements(toJSON) && to.Implements(fromJSON) ||
		t.Implements(toText) && to.Implements(fromText) {
		return true
	}
	inside = append(inside, t)
	switch t.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return true
	case reflect.Array, reflect.Slice, reflect.Pointer:
		return canKeep(t.Elem(), inside)
	case reflect.Map:
		key := t.Key().Kind()
		return (key == reflect.String || reflect.Int <= key && key <= reflect.Uintptr) && canKeep(t.Elem(), inside)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() || f.Anonymous || f.Tag.Get("json") != "" || !canKeep(f.Type, inside) {
				return false
			}
		}
		return true
	}
	return false
}
