using System.Net;
using Propolis.Contracts.Specs;
using Propolis.Server.Rest;

namespace Propolis.Server.Machines;

/// <summary>Devices that the server's own configuration adds to whatever VM is asked for, as servers of old did.</summary>
/// <param name="Components">The devices and their backends.</param>
/// <param name="EnablePcie">Every VM gets the extended configuration space.</param>
sealed record ConfiguredDevices(SpecComponents Components, bool EnablePcie)
{
    /// <summary>None.</summary>
    public static ConfiguredDevices None { get; } = new(new SpecComponents([]), EnablePcie: false);

    /// <summary>The spec with these devices in it. Throws <see cref="ServerException"/> (400) when it uses one of their names.</summary>
    public InstanceSpec AddTo(InstanceSpec spec)
    {
        if (Components.Count == 0 && !EnablePcie) return spec;
        if (Components.Keys.FirstOrDefault(spec.Components.ContainsKey) is { Value.Length: > 0 } taken)
            throw new ServerException(HttpStatusCode.BadRequest, $"The spec has a component \"{taken}\", and so has the server's configuration: give one of them another name.");
        return spec with
        {
            Components = new SpecComponents(spec.Components.Concat(Components)),
            Board = EnablePcie ? spec.Board with { Chipset = new I440Fx { EnablePcie = true } } : spec.Board,
        };
    }
}
