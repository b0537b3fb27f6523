package dev.marmoset.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// HotSpot never compiles a method of more than 8000 bytes of bytecode (`HugeMethodLimit`): it would stay interpreted.
class MethodBytecodeTest {
  private static final int HUGE_METHOD_LIMIT = 8000;

  @Test
  void everyMethodIsSmallEnoughToBeCompiled() throws IOException {
    var tooLong = new ArrayList<String>();
    for (Path directory : SourceTree.classDirectories()) {
      for (Path file : SourceTree.walk(directory, ".class")) {
        tooLong.addAll(methodsAbove(HUGE_METHOD_LIMIT, ClassFile.of().parse(file)));
      }
    }
    assertThat(tooLong).as("methods above %d bytes of bytecode", HUGE_METHOD_LIMIT).isEmpty();
  }

  private static List<String> methodsAbove(int limit, ClassModel type) {
    return type.methods().stream().filter(method -> codeLength(method) > limit)
        .map(method -> type.thisClass().asInternalName() + "." + method.methodName().stringValue() + " has "
            + codeLength(method))
        .toList();
  }

  private static int codeLength(MethodModel method) {
    return method.findAttribute(Attributes.code()).map(CodeAttribute::codeLength).orElse(0);
  }
}
