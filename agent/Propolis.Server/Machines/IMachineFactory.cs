using Propolis.Contracts.Specs;
using Propolis.Server.Rest;

namespace Propolis.Server.Machines;

/// <summary>Builds machines from specs that keep <see cref="SpecRules"/>.</summary>
interface IMachineFactory
{
    /// <summary>Builds one. Throws <see cref="ServerException"/> for what this build cannot do, and operating errors (a missing file, no hypervisor) as they are.</summary>
    BuiltMachine Build(MachineOrder order);
}
