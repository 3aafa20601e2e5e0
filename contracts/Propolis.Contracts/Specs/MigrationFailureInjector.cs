using System.Text.Json.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A device of tests: it fails state exports and imports a number of times.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.MigrationFailureInjector")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MigrationFailureInjector : Component
{
    /// <summary>Exports to fail.</summary>
    [Id(0)] public required uint FailExports { get; init; }

    /// <summary>Imports to fail.</summary>
    [Id(1)] public required uint FailImports { get; init; }
}
