package dev.marmoset.arch;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/// One Java file as javac's parser sees it: types and methods with what the style guide counts. Nothing is attributed,
/// so it needs no class path.
record SourceFile(Path path, String packageName, int lines, List<Type> types, List<Method> methods) {
  /// A declared type. `isTopLevel` and `isPublic` speak of the declaration alone.
  record Type(String name, boolean isTopLevel, boolean isPublic, boolean isDocumented) {}

  /// A method or constructor with a body; `lines` counts those of the body.
  record Method(String name, int lines, int parameters) {}

  SourceFile {
    types = List.copyOf(types);
    methods = List.copyOf(methods);
  }

  /// Parses all files in one run. Throws if one of them is not Java.
  static List<SourceFile> parse(List<Path> files) throws IOException {
    if (files.isEmpty()) {
      return List.of();
    }
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var task = (JavacTask) compiler.getTask(null, manager, null, List.of("--release", "25"), null,
          manager.getJavaFileObjectsFromPaths(files));
      var parsed = new ArrayList<SourceFile>();
      for (CompilationUnitTree unit : task.parse()) {
        parsed.add(read(unit, Trees.instance(task)));
      }
      return parsed;
    }
  }

  private static SourceFile read(CompilationUnitTree unit, Trees trees) throws IOException {
    var scanner = new Shape(unit, trees);
    scanner.scan(unit, null);
    var file = Path.of(unit.getSourceFile().toUri());
    var packageName = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
    int lines = (int) unit.getSourceFile().getCharContent(true).toString().lines().count();
    return new SourceFile(SourceTree.root().relativize(file), packageName, lines, scanner.types,
        scanner.methods);
  }

  private static final class Shape extends TreePathScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final Trees trees;
    private final List<Type> types = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();

    Shape(CompilationUnitTree unit, Trees trees) {
      this.unit = unit;
      this.trees = trees;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      if (!type.getSimpleName().isEmpty()) {
        boolean topLevel = getCurrentPath().getParentPath().getLeaf() instanceof CompilationUnitTree;
        boolean documented = trees.getDocComment(getCurrentPath()) != null;
        boolean isPublic = type.getModifiers().getFlags().contains(Modifier.PUBLIC);
        types.add(new Type(type.getSimpleName().toString(), topLevel, isPublic, documented));
      }
      return super.visitClass(type, unused);
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      if (method.getBody() != null) {
        methods.add(new Method(method.getName().toString(), linesOf(method.getBody()),
            method.getParameters().size()));
      }
      return super.visitMethod(method, unused);
    }

    /// Lines strictly between the braces.
    private int linesOf(Tree body) {
      var positions = trees.getSourcePositions();
      var map = unit.getLineMap();
      long first = map.getLineNumber(positions.getStartPosition(unit, body));
      long last = map.getLineNumber(positions.getEndPosition(unit, body) - 1);
      return (int) Math.max(0, last - first - 1);
    }
  }
}
