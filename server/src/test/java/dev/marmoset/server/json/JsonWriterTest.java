package dev.marmoset.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class JsonWriterTest {
  @Test
  void putsCommasWhereTheyBelong() {
    var json =
        new JsonWriter().object().field("a", 1).key("b").array().value("x").value(true).object().endObject()
            .endArray().field("c", "d").endObject();
    assertThat(json).hasToString("{\"a\":1,\"b\":[\"x\",true,{}],\"c\":\"d\"}");
  }

  @Test
  void escapesWhatWouldBreakALine() {
    assertThat(new JsonWriter().value("\"\\\n\r\t\u0000\u001f\u007f\u2028é😀"))
        .hasToString("\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\\u007f\\u2028é😀\"");
  }

  @Test
  void escapesLoneSurrogates() {
    assertThat(new JsonWriter().value("\ud83d")).hasToString("\"\\ud83d\"");
    assertThat(new JsonWriter().value("a\ude00b")).hasToString("\"a\\ude00b\"");
  }

  @Property(tries = 500)
  void anyTextIsOneLineOfValidUtf8(@ForAll String text) {
    String json = new JsonWriter().value(text).toString();
    assertThat(json).doesNotContain("\n", "\r");
    assertThat(new String(json.getBytes(UTF_8), UTF_8)).isEqualTo(json);
  }

  @Property(tries = 200)
  void readersGetTheTextBack(@ForAll("printable") String text) {
    Object read =
        new Load(LoadSettings.builder().build()).loadFromString(new JsonWriter().value(text).toString());
    assertThat(read).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> printable() {
    return Arbitraries.strings().withCharRange(' ', '~').withChars('\n', '\t', 'é', '\u2028');
  }
}
