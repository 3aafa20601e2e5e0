using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>An Intel 440FX chipset.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.I440Fx")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record I440Fx : Chipset
{
    /// <summary>Whether the extended configuration space (ECAM) is offered.</summary>
    [Id(0)] public required bool EnablePcie { get; init; }
}
