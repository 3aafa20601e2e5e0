using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>One CPUID leaf and what it returns.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.CpuidEntry")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CpuidEntry
{
    /// <summary>The function (EAX).</summary>
    [Id(0)] public required uint Leaf { get; init; }

    /// <summary>The index (ECX), when the leaf has any.</summary>
    [Id(1)] public uint? Subleaf { get; init; }

    /// <summary>The value of EAX.</summary>
    [Id(2)] public required uint Eax { get; init; }

    /// <summary>The value of EBX.</summary>
    [Id(3)] public required uint Ebx { get; init; }

    /// <summary>The value of ECX.</summary>
    [Id(4)] public required uint Ecx { get; init; }

    /// <summary>The value of EDX.</summary>
    [Id(5)] public required uint Edx { get; init; }
}
