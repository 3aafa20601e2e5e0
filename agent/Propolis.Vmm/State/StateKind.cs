namespace Propolis.Vmm.State;

/// <summary>What state a part of a machine has, without the state.</summary>
/// <param name="Name">The part's name in the machine.</param>
/// <param name="Kind">The layout (<see cref="ISnapshot.Kind"/>).</param>
/// <param name="Version">Version of the layout.</param>
public sealed record StateKind(string Name, string Kind, int Version);
