namespace Propolis.Vmm.State;

/// <summary>One part's state on its way to a file or another host.</summary>
/// <param name="Name">The part's name in this machine, for instance a device's name in the configuration.</param>
/// <param name="Kind">The layout (<see cref="ISnapshot.Kind"/>).</param>
/// <param name="Version">Version of the layout.</param>
/// <param name="Data">The bytes.</param>
public sealed record StatePayload(string Name, string Kind, int Version, ReadOnlyMemory<byte> Data);
