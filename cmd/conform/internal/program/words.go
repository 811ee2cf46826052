package program

// wordTable finds what a word stands for, several times faster than a map: that is done several times for every
// statement that is read.
type wordTable[T comparable] [128]struct {
	word  string
	value T
}

// wordHash tells words apart by their length and three of their bytes. It must not be given an empty word.
func wordHash(word []byte) byte {
	n := len(word)
	return word[0]*7 + word[n/2]*5 + word[n-1]*17 + byte(n)*31
}

// add puts a word into the table. There must be room for it.
func (t *wordTable[T]) add(word string, value T) {
	at := wordHash([]byte(word)) % byte(len(t))
	for t[at].word != "" {
		at = (at + 1) % byte(len(t))
	}
	t[at].word, t[at].value = word, value
}

// find returns what the word stands for, or zero.
func (t *wordTable[T]) find(word []byte) (value T) {
	if len(word) == 0 {
		return value
	}
	at := wordHash(word) % byte(len(t))
	for t[at].word != "" {
		if t[at].word == string(word) {
			return t[at].value
		}
		at = (at + 1) % byte(len(t))
	}
	return value
}

var opsByWord = func() (t wordTable[Op]) {
	for op := OpLog; op < opCount; op++ {
		t.add(specs[op].word, op)
	}
	return t
}()

var fieldsByWord = func() (t wordTable[fields]) {
	for _, fw := range fieldWords {
		t.add(fw.word, fw.field)
	}
	return t
}()

// texts keeps strings that were read before, so that the words that programs have in common take no memory again. A
// new one takes the place of an old one with the same hash.
type texts [256]string

// maxText bounds the length of the strings that are kept.
const maxText = 32

// text returns the bytes as a string.
func (t *texts) text(word []byte) string {
	if len(word) == 0 || len(word) > maxText {
		return string(word)
	}
	at := &t[wordHash(word)]
	if *at != string(word) {
		*at = string(word)
	}
	return *at
}
