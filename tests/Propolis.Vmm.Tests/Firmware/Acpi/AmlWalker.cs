using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.Tests.Firmware.Acpi;

/// <summary>
/// Decodes AML on its own terms (written against ACPI 6.4 chapter 20, sharing nothing with the encoder): the namespace of a definition block with
/// the values of its static objects. Anything it does not know, or a length that does not come out even, fails the test.
/// </summary>
sealed class AmlWalker
{
    readonly byte[] _aml;
    int _at;

    AmlWalker(byte[] aml) => _aml = aml;

    /// <summary>Full path to value: "device", "method", "region", "field" or the decoded data of a Name.</summary>
    public SortedDictionary<string, object> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that methods and packages refer to.</summary>
    public List<(string Scope, string Name)> References { get; } = [];

    public static AmlWalker Walk(byte[] aml)
    {
        var walker = new AmlWalker(aml);
        walker.Terms("\\", aml.Length);
        return walker;
    }

    /// <summary>Finds a reference by the upward search of single segments, or as the absolute path it is.</summary>
    public string? Resolve(string scope, string name)
    {
        if (name.StartsWith('\\')) return Objects.ContainsKey(name) ? name : null;
        for (var at = scope; ; at = at[..Math.Max(1, at.LastIndexOf('.'))])
        {
            var path = Combine(at, name);
            if (Objects.ContainsKey(path)) return path;
            if (at == "\\") return null;
            if (!at.Contains('.')) at = "\\";
        }
    }

    void Terms(string scope, int end)
    {
        while (_at < end) Term(scope);
        Assert.Equal(end, _at);
    }

    object? Term(string scope)
    {
        var start = _at;
        var op = _aml[_at++];
        switch (op)
        {
            case 0x00: return 0UL;
            case 0x01: return 1UL;
            case 0x0a: return Number(1);
            case 0x0b: return Number(2);
            case 0x0c: return Number(4);
            case 0x0e: return Number(8);
            case 0x0d: return ZeroEnded();
            case 0x11: return BufferTerm(scope);
            case 0x12: return PackageTerm(scope);
            case 0x08: return Named(scope, Combine(scope, NameString()));
            case 0x10: return Block(scope, null);
            case 0x14: return MethodTerm(scope);
            case >= 0x68 and <= 0x6e: return $"arg{op - 0x68}";
            case 0x70: return (Term(scope), Term(scope));
            case 0x7b or 0x7d: return (Term(scope), Term(scope), Term(scope));
            case 0x8a: return FieldOfBuffer(scope);
            case 0x93: return (Term(scope), Term(scope));
            case 0xa0: return Condition(scope);
            case 0xa4: return Term(scope);
            case 0x5b: return Extended(scope);
        }
        _at = start;
        if (op is not ((byte)'\\' or (byte)'^' or 0x2e or 0x2f or (byte)'_') && !char.IsAsciiLetterUpper((char)op)) Assert.Fail($"Unknown opcode 0x{op:x} at {start}.");
        var name = NameString();
        References.Add((scope, name));
        return new Reference(name);
    }

    object? Extended(string scope)
    {
        switch (_aml[_at++])
        {
            case 0x80:
                var region = Combine(scope, NameString());
                _at++;
                Term(scope);
                Term(scope);
                Add(region, "region");
                return null;
            case 0x81: return Fields(scope);
            case 0x82: return Block(scope, "device");
            case var op:
                Assert.Fail($"Unknown extended opcode 0x{op:x}.");
                return null;
        }
    }

    object? Fields(string scope)
    {
        var end = PackageEnd();
        References.Add((scope, NameString()));
        _at++;
        while (_at < end)
        {
            var name = Segment();
            Assert.Equal(8, _aml[_at++]);
            Add(Combine(scope, name), "field");
        }
        Assert.Equal(end, _at);
        return null;
    }

    object? Named(string scope, string path)
    {
        Add(path, Term(scope)!);
        return null;
    }

    object? Block(string scope, string? kind)
    {
        var end = PackageEnd();
        var path = Combine(scope, NameString());
        if (kind is not null) Add(path, kind);
        Terms(path, end);
        return null;
    }

    object? MethodTerm(string scope)
    {
        var end = PackageEnd();
        var path = Combine(scope, NameString());
        _at++;
        Add(path, "method");
        Terms(path, end);
        return null;
    }

    object? Condition(string scope)
    {
        var end = PackageEnd();
        Term(scope);
        Terms(scope, end);
        return null;
    }

    object? FieldOfBuffer(string scope)
    {
        Term(scope);
        Term(scope);
        var path = Combine(scope, NameString());
        Objects[path] = "buffer field"; // a method may name the same field in two branches
        return null;
    }

    byte[] BufferTerm(string scope)
    {
        var end = PackageEnd();
        var size = (ulong)Term(scope)!;
        var bytes = _aml[_at..end];
        Assert.Equal(size, (ulong)bytes.Length);
        _at = end;
        return bytes;
    }

    object?[] PackageTerm(string scope)
    {
        var end = PackageEnd();
        var elements = new object?[_aml[_at++]];
        for (var i = 0; i < elements.Length; i++) elements[i] = Term(scope);
        Assert.Equal(end, _at);
        return elements;
    }

    int PackageEnd()
    {
        var start = _at;
        var lead = _aml[_at++];
        var more = lead >> 6;
        if (more == 0) return start + lead;
        var length = lead & 0xf;
        for (var i = 0; i < more; i++) length |= _aml[_at++] << (4 + 8 * i);
        Assert.True(start + length <= _aml.Length, $"The package at {start} ends behind the table.");
        return start + length;
    }

    string NameString()
    {
        var prefix = "";
        while (_aml[_at] is (byte)'\\' or (byte)'^') prefix += (char)_aml[_at++];
        var count = _aml[_at] switch { 0x2e => 2, 0x2f => _aml[_at + 1], _ => 1 };
        _at += count == 1 ? 0 : _aml[_at] == 0x2e ? 1 : 2;
        return prefix + string.Join('.', Enumerable.Range(0, count).Select(_ => Segment()));
    }

    string Segment()
    {
        var segment = Encoding.ASCII.GetString(_aml, _at, 4);
        _at += 4;
        Assert.Matches("^[A-Z_][A-Z0-9_]{3}$", segment);
        return segment;
    }

    string ZeroEnded()
    {
        var end = Array.IndexOf(_aml, (byte)0, _at);
        var text = Encoding.ASCII.GetString(_aml, _at, end - _at);
        _at = end + 1;
        return text;
    }

    ulong Number(int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        _aml.AsSpan(_at, size).CopyTo(bytes);
        _at += size;
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    void Add(string path, object value) => Assert.True(Objects.TryAdd(path, value), $"{path} exists twice.");

    static string Combine(string scope, string name) => name.StartsWith('\\') ? name : scope == "\\" ? $"\\{name}" : $"{scope}.{name}";

    public sealed record Reference(string Name);
}
