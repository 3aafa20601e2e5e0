namespace Propolis.Toml;

/// <summary>
/// Reads a document from its first line to its last: headers, keys with values, arrays and inline tables. It recurses once for each
/// level of nesting, which <see cref="TomlLimits.MaxDepth"/> bounds.
/// </summary>
sealed class TomlParser
{
    readonly TomlScanner _scanner;
    readonly TomlTableRules _rules;

    public TomlParser(string text, string fileName, TomlLimits limits)
    {
        _scanner = new TomlScanner(text, fileName);
        _rules = new TomlTableRules(_scanner, limits);
    }

    public TomlTable ParseDocument()
    {
        var root = new TomlTable(_scanner.Position, 0, TomlDefinition.Header);
        var table = root;
        for (_scanner.SkipBlankLines(); _scanner.Current != TomlScanner.End; _scanner.SkipBlankLines())
        {
            var isHeader = _scanner.Current == '[';
            if (isHeader)
                table = ReadHeader(root);
            else
                ReadKeyValue(table);
            _scanner.EndLine(isHeader ? "a header" : "a value");
        }
        return root;
    }

    TomlTable ReadHeader(TomlTable root)
    {
        var isArray = _scanner.Take("[[");
        if (!isArray)
            _scanner.Take("[");
        var key = TomlKeyReader.Read(_scanner);
        var closing = isArray ? "]]" : "]";
        if (!_scanner.Take(closing))
            throw _scanner.Fail($"'{closing}' was expected behind the name of the table, not {_scanner.DescribeCurrent()}");
        return isArray ? _rules.OpenTableInArray(root, key) : _rules.OpenTable(root, key);
    }

    void ReadKeyValue(TomlTable table)
    {
        var key = TomlKeyReader.Read(_scanner);
        if (!_scanner.Take("="))
            throw _scanner.Fail($"'=' was expected behind the key, not {_scanner.DescribeCurrent()}");
        var target = _rules.OpenForKey(table, key);
        _scanner.SkipBlanks();
        target.Add(new TomlEntry(key[^1].Name, key[^1].Position, ReadValue(target.Depth)));
    }

    TomlValue ReadValue(int depth)
    {
        var position = _scanner.Position;
        return _scanner.Current switch
        {
            '"' or '\'' => new TomlString(TomlStringReader.Read(_scanner), position),
            '[' => ReadArray(depth),
            '{' => ReadInlineTable(depth),
            _ => TomlScalarReader.Read(_scanner),
        };
    }

    TomlArray ReadArray(int depth)
    {
        var array = new TomlArray(_scanner.Position, _rules.Below(depth, _scanner.Position));
        _scanner.Take("[");
        for (_scanner.SkipBlankLines(); !_scanner.Take("]"); _scanner.SkipBlankLines())
        {
            if (_scanner.Current == TomlScanner.End)
                throw _scanner.Fail(array.Position, "the array is not closed; end it with ']'");
            array.Add(ReadValue(array.Depth));
            _scanner.SkipBlankLines();
            if (!_scanner.Take(",") && _scanner.Current is not (']' or TomlScanner.End))
                throw _scanner.Fail($"',' or ']' was expected behind a value of the array, not {_scanner.DescribeCurrent()}");
        }
        return array;
    }

    TomlTable ReadInlineTable(int depth)
    {
        var table = new TomlTable(_scanner.Position, _rules.Below(depth, _scanner.Position), TomlDefinition.Inline);
        _scanner.Take("{");
        _scanner.SkipBlanks();
        if (_scanner.Take("}"))
            return table;
        do
        {
            _scanner.SkipBlanks();
            RefuseInInlineTable(table);
            ReadKeyValue(table);
            _scanner.SkipBlanks();
        }
        while (_scanner.Take(","));
        if (_scanner.Take("}"))
            return table;
        RefuseInInlineTable(table);
        throw _scanner.Fail($"',' or '}}' was expected behind a value of the inline table, not {_scanner.DescribeCurrent()}");
    }

    /// <summary>Says what TOML 1.0 forbids in braces though arrays allow it.</summary>
    void RefuseInInlineTable(TomlTable table)
    {
        if (_scanner.AtNewline() || _scanner.Current is '#' or TomlScanner.End)
            throw _scanner.Fail(table.Position, "the inline table does not end on its line; close it with '}' there, or use a [header]");
        if (_scanner.Current == '}')
            throw _scanner.Fail("the last value of an inline table takes no comma; leave it away");
    }
}
