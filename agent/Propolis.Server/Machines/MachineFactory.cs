using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;
using EngineCpuidEntry = Propolis.Vmm.Hypervisor.CpuidEntry;

namespace Propolis.Server.Machines;

/// <summary>Builds machines on a hypervisor: opens the backends of a spec, puts its devices in place, and joins its first serial port to a history. What it opened is closed again when it fails.</summary>
sealed class MachineFactory(ServerBoot boot, string? firmwareVersion, IHypervisor hypervisor, ICrucibleDisks crucible, TimeProvider clock) : IMachineFactory
{
    /// <summary>Bytes of serial output that are kept: so many from the start on, and so many of the newest.</summary>
    public const int SerialHistoryBytes = 1 << 20;

    /// <inheritdoc/>
    public BuiltMachine Build(MachineOrder order)
    {
        var spec = order.Spec;
        var devices = new DeviceOpening(order, crucible, clock);
        devices.Open();
        var body = MachineBuilder.Build(Describe(order.Properties, spec, devices), new MachineHost { Hypervisor = hypervisor, Control = order.Control, Clock = clock });
        var hasSerial = spec.Components.Values.Any(component => component is SerialPort { Num: SerialPortNumber.Com1 });
        return new BuiltMachine
        {
            Body = body,
            Serial = hasSerial ? new SerialConsole(body.Hardware.SerialPorts[0], SerialHistoryBytes, SerialHistoryBytes) : null,
            InjectNmi = () => body.Hardware.Processors.ForEach(vcpu => vcpu.InjectNmi()),
            Volumes = devices.Volumes,
            Engine = body,
            Disks = devices.Disks,
        };
    }

    MachineSpec Describe(InstanceProperties properties, InstanceSpec spec, DeviceOpening devices)
    {
        try
        {
            return new MachineSpec
            {
                Name = properties.Id.ToString(),
                Id = properties.Id,
                VcpuCount = spec.Board.Cpus,
                MemoryBytes = spec.Board.MemoryMb << 20,
                Boot = boot.Read(),
                EnableEcam = spec.Board.Chipset is I440Fx { EnablePcie: true },
                Cpuid = spec.Board.Cpuid is { } cpuid ? [.. cpuid.Entries.Select(e => new EngineCpuidEntry(e.Leaf, e.Subleaf, e.Eax, e.Ebx, e.Ecx, e.Edx))] : null,
                FirmwareVersion = firmwareVersion,
                Identity = spec.Smbios is { } smbios ? new SystemIdentity { Manufacturer = smbios.Manufacturer, Product = smbios.ProductName, Serial = smbios.SerialNumber, Version = $"{smbios.Version}" } : null,
                BootOrder = [.. spec.Components.Values.OfType<BootSettings>().SelectMany(settings => settings.Order).Select(entry => entry.Id.Value)],
                Devices = devices.Devices,
            };
        }
        catch
        {
            devices.Close();
            throw;
        }
    }
}
