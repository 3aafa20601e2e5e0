using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Failures;

/// <summary>Fails as many exports and imports of its state as it was told, so that tests see what becomes of the guest.</summary>
sealed class FailureInjector(DeviceSpec.MigrationFailures spec) : ISnapshot
{
    int _exports = spec.Exports;
    int _imports = spec.Imports;

    public string Kind => "migration-failures";

    public int Version => 1;

    public bool CanRehearse => false;

    public void Export(StateWriter writer)
    {
        if (Interlocked.Decrement(ref _exports) >= 0) throw new MachineException($"'{spec.Name}' was told to fail this export.");
    }

    public void Import(StateReader reader)
    {
        if (Interlocked.Decrement(ref _imports) >= 0) throw new StateFormatException($"'{spec.Name}' was told to fail this import.");
    }
}
