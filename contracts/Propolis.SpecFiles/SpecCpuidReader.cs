using System.Globalization;
using Propolis.Contracts;
using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.SpecFiles;

/// <summary>Reads [cpuid.NAME]: vendor, and leaves as "leaf" or "leaf-subleaf" in hexadecimal.</summary>
static class SpecCpuidReader
{
    const string VendorKey = "vendor";

    /// <summary>Reads all profiles.</summary>
    public static IReadOnlyDictionary<string, Cpuid> Read(TableReader root) =>
        root.NamedSections("cpuid").ToDictionary(section => section.Name, section => ReadProfile(section.Table));

    static Cpuid ReadProfile(TableReader table) => new()
    {
        Vendor = table.OptionalChoice(VendorKey, ("amd", CpuidVendor.Amd), ("intel", CpuidVendor.Intel)) ?? throw table.Fail($"needs the key {VendorKey}"),
        Entries = new EquatableList<CpuidEntry>(table.Entries.Where(entry => entry.Name != VendorKey).Select(entry => ReadEntry(table, entry))),
    };

    static CpuidEntry ReadEntry(TableReader table, TomlEntry written)
    {
        var label = $"{table.Label} {TomlKeySyntax.Show(written.Name)}";
        var parts = written.Name.Split('-');
        var subleaf = 0u;
        if (parts.Length > 2 || !TryHex(parts[0], out var leaf) || (parts.Length == 2 && !TryHex(parts[1], out subleaf)))
            throw table.FailAt(written.Position, $"{label} is no key; write vendor, a leaf or leaf-subleaf in hexadecimal, as \"4-0\"");
        var registers = (written.Value as TomlArray)?.Select(item => (uint)table.ItemInteger(item, label, 0, uint.MaxValue)).ToArray();
        return registers is [var eax, var ebx, var ecx, var edx]
            ? new CpuidEntry { Leaf = leaf, Subleaf = parts.Length == 2 ? subleaf : null, Eax = eax, Ebx = ebx, Ecx = ecx, Edx = edx }
            : throw table.FailAt(written.Value.Position, $"{label} must be the four numbers [eax, ebx, ecx, edx]");
    }

    static bool TryHex(string text, out uint value) =>
        uint.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
