import PostgresCollectors
import Testing

@Test(arguments: [
  "SELECT 1", "  select ';' ;  -- the end; really", "WITH a AS (SELECT 1) TABLE a",
  "/* a; /* b; */ c */ SELECT $$;$$, $x$ ; $$ ; $x$, $1", "(SELECT 1) UNION (SELECT 2);;",
  "SELECT E'it\\'s; fine', \"a;b\"", "SHOW server_version", "VALUES (1)",
])
func statementsThatReadAreTaken(sql: String) throws {
  try StatementText.check(sql)
}

@Test(arguments: [
  ("", "no statement"), (" -- nothing\n;", "no statement"), ("SELECT 1; SELECT 2", "second"),
  ("SELECT 1;\nDROP TABLE t", "second"), ("DELETE FROM t", "not DELETE"),
  ("UPDATE jobs SET a = 1", "not UPDATE"), ("SET work_mem = 1", "not SET"),
  ("BEGIN", "not BEGIN"), ("'x'", "not punctuation"), ("COPY t TO STDOUT", "not COPY"),
])
func otherStatementsAreRefused(sql: String, word: String) {
  let fault = #expect(throws: StatementText.Fault.self) { try StatementText.check(sql) }
  #expect(fault.map { "\($0)" }?.contains(word) == true)
}
