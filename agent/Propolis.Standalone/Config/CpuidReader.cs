using System.Globalization;
using Propolis.Toml;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Standalone.Config;

/// <summary>Reads [cpuid.NAME].</summary>
static class CpuidReader
{
    const string VendorKey = "vendor";

    /// <summary>Reads all profiles.</summary>
    public static IReadOnlyList<CpuidProfile> Read(TableReader root) =>
        [.. root.NamedSections("cpuid").Select(section => new CpuidProfile(section.Name, ReadVendor(section.Table), ReadEntries(section.Table)))];

    static CpuVendor ReadVendor(TableReader table) =>
        table.OptionalChoice(VendorKey, ("amd", CpuVendor.Amd), ("intel", CpuVendor.Intel))
            ?? throw table.Fail($"needs the key {VendorKey}");

    static List<CpuidEntry> ReadEntries(TableReader table)
    {
        var entries = new List<CpuidEntry>();
        foreach (var written in table.Entries.Where(entry => entry.Name != VendorKey))
        {
            var entry = ReadEntry(table, written);
            if (entries.Exists(other => other.Leaf == entry.Leaf && (other.Subleaf == entry.Subleaf || other.Subleaf is null || entry.Subleaf is null)))
                throw table.FailAt(written.Position, $"{table.Label} {TomlKeySyntax.Show(written.Name)} is answered by another key already");
            entries.Add(entry);
        }
        return entries;
    }

    static CpuidEntry ReadEntry(TableReader table, TomlEntry written)
    {
        var label = $"{table.Label} {TomlKeySyntax.Show(written.Name)}";
        var parts = written.Name.Split('-');
        var subleaf = 0u;
        if (parts.Length > 2 || !TryHex(parts[0], out var leaf) || (parts.Length == 2 && !TryHex(parts[1], out subleaf)))
            throw table.FailAt(written.Position, $"{label} is no key; write vendor, a leaf or leaf-subleaf in hexadecimal, as \"4-0\"");
        var registers = (written.Value as TomlArray)?.Select(item => (uint)table.ItemInteger(item, label, 0, uint.MaxValue)).ToArray();
        return registers is [var eax, var ebx, var ecx, var edx]
            ? new CpuidEntry(leaf, parts.Length == 2 ? subleaf : null, eax, ebx, ecx, edx)
            : throw table.FailAt(written.Value.Position, $"{label} must be the four numbers [eax, ebx, ecx, edx]");
    }

    static bool TryHex(string text, out uint value) =>
        uint.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out value);
}
