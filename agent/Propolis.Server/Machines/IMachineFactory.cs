using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Rest;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Machines;

/// <summary>Builds machines from specs that keep <see cref="SpecRules"/>.</summary>
interface IMachineFactory
{
    /// <summary>Builds one. Throws <see cref="ServerException"/> for what this build cannot do, and operating errors (a missing file, no hypervisor) as they are.</summary>
    /// <param name="properties">Whose machine it is.</param>
    /// <param name="spec">What it is made of.</param>
    /// <param name="control">Where the guest's wishes go.</param>
    BuiltMachine Build(InstanceProperties properties, InstanceSpec spec, IMachineControl control);
}
