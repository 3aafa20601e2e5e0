using FsCheck;

namespace Propolis.Vmm.Tests.Fuzz;

/// <summary>Something that must stand whatever a guest does: a name and a property that FsCheck can try as often as wanted.</summary>
sealed record FuzzTarget(string Name, Func<Property> Property);
