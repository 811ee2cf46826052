package generator
import ("testing";"fmt";"os";"bufio";"strconv"
"github.com/ouro-loop/ouro/cmd/conform/internal/program")
func TestDump(t *testing.T){
 count,_ := strconv.Atoi(os.Getenv("COUNT")); seed,_ := strconv.Atoi(os.Getenv("SEED"))
 for _, pr := range []Profile{All,Core,Sync}{
 f,_ := os.Create("/tmp/conf/gen/"+pr.String()+".jsonl"); w:=bufio.NewWriter(f)
 for n:=range count { p:=Program(uint64(seed),uint64(n),pr); if err:=p.Check();err!=nil{t.Fatal(err)}; b:=program.AppendJSON(nil,p); q,err:=program.Parse(b); if err!=nil{t.Fatal(err, string(b))}
 if string(program.AppendJSON(nil,q))!=string(b){t.Fatal("round")}
 w.Write(b); w.WriteByte('\n'); if n<0 {fmt.Println(p.Listing())} }
 w.Flush(); f.Close()}
}
