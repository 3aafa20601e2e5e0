using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Tests.Interop;

/// <summary>Compares numbers and layouts with those measured from the kernel's headers (golden/kvm-abi.json). Names are compared without case, dots and underscores.</summary>
public sealed class KvmAbiTests
{
    // Unions (of exits, of chips) of which some variants never come here; every field that is declared must still be at its place.
    static readonly string[] PartlyDeclared = ["kvm_run", "kvm_irqchip"];

    static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "kvm-abi.json"))).RootElement;

    [Fact]
    public void Request_numbers_are_the_kernels()
    {
        var golden = Golden.GetProperty("ioctls").EnumerateArray().ToDictionary(i => Plain(i.GetProperty("name").GetString()!), i => i.GetProperty("number").GetUInt64());

        var ours = Constants(typeof(KvmIoctl)).ToList();

        Assert.True(ours.Count > 40);
        Assert.All(ours, constant => Assert.Equal(golden[Plain("KVM_" + constant.Name)], Number(constant)));
    }

    [Fact]
    public void Capabilities_are_the_kernels()
    {
        var golden = Flatten("caps");

        Assert.All(Constants(typeof(KvmCap)), constant => Assert.Equal(golden[Plain("KVM_CAP_" + constant.Name)], Number(constant)));
    }

    [Fact]
    public void Constants_are_the_kernels()
    {
        var golden = Flatten([.. Golden.GetProperty("constants").EnumerateObject().Select(group => group.Name)]);

        Assert.All(Constants(typeof(KvmConstants)), constant => Assert.Equal(golden[Plain("KVM_" + constant.Name)], Number(constant)));
    }

    [Fact]
    public void Error_numbers_and_mapping_flags_are_linux()
    {
        var linux = Golden.GetProperty("linux");
        var golden = linux.EnumerateObject().SelectMany(group => group.Value.EnumerateObject()).ToDictionary(e => Plain(e.Name), e => e.Value.GetInt64());
        var named = new Dictionary<string, string> { ["OpenReadWrite"] = "O_RDWR", ["OpenCloseOnExec"] = "O_CLOEXEC", ["ProtectRead"] = "PROT_READ", ["ProtectWrite"] = "PROT_WRITE" };

        foreach (var constant in Constants(typeof(KvmLibrary)).Where(c => !c.Name.StartsWith("Advise", StringComparison.Ordinal) && c.Name != "Libc"))
            Assert.Equal(golden[Plain(named.GetValueOrDefault(constant.Name, constant.Name))], (long)Number(constant));
    }

    public static TheoryData<string> StructureNames => [.. Structures().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(StructureNames))]
    public void Structure_has_the_kernels_size_and_offsets(string typeName)
    {
        var type = Structures().Single(t => t.Name == typeName);
        var golden = Golden.GetProperty("structs").EnumerateObject().Single(s => Plain(s.Name) == Plain(typeName));
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).ToDictionary(f => Plain(f.Name));

        Assert.Equal(golden.Value.GetProperty("size").GetInt32(), SizeOf(type));
        var matched = new List<(int Offset, int Size)>();
        foreach (var field in golden.Value.GetProperty("fields").EnumerateArray())
        {
            if (!fields.Remove(Plain(field.GetProperty("name").GetString()!), out var ours)) continue;
            var place = (Offset: field.GetProperty("offset").GetInt32(), Size: field.GetProperty("size").GetInt32());
            Assert.Equal(place, ((int)Marshal.OffsetOf(type, ours.Name), SizeOf(ours.FieldType)));
            matched.Add(place);
        }

        Assert.Empty(fields.Keys);
        if (!PartlyDeclared.Contains(golden.Name)) Assert.Equal(SizeOf(type), CoveredBytes(matched));
    }

    [Fact]
    public void Signal_disposition_is_as_long_as_the_c_librarys()
    {
        Assert.Equal(152, Unsafe.SizeOf<SignalDisposition>());
        Assert.Equal(136, (int)Marshal.OffsetOf<SignalDisposition>(nameof(SignalDisposition.Flags)));
    }

    static int CoveredBytes(List<(int Offset, int Size)> places) => places.SelectMany(p => Enumerable.Range(p.Offset, p.Size)).Distinct().Count();

    static IEnumerable<Type> Structures() => typeof(KvmIoctl).Assembly.GetTypes()
        .Where(t => t.Namespace == typeof(KvmIoctl).Namespace && t.IsValueType && t.Name.StartsWith("Kvm", StringComparison.Ordinal) && !t.IsNested);

    static IEnumerable<FieldInfo> Constants(Type type) => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(f => f.IsLiteral);

    static ulong Number(FieldInfo constant) => constant.GetRawConstantValue() switch
    {
        nuint value => value,
        var value => unchecked((ulong)Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    static Dictionary<string, ulong> Flatten(params string[] groups)
    {
        var all = new Dictionary<string, ulong>();
        foreach (var group in groups)
        {
            foreach (var entry in Golden.GetProperty("constants").GetProperty(group).EnumerateObject()) all[Plain(entry.Name)] = entry.Value.GetUInt64();
        }
        return all;
    }

    static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type.IsPointer ? typeof(nint) : type).Invoke(null, null)!;

    static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
}
