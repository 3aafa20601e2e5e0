using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.DebugPort;
using Propolis.Vmm.Devices.I440fx;
using Propolis.Vmm.Devices.Piix3;
using Propolis.Vmm.Devices.Piix4Pm;
using Propolis.Vmm.Devices.Ps2;
using Propolis.Vmm.Devices.Rtc;
using Propolis.Vmm.Devices.Uart;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Machine;

/// <summary>Builds a PC from a spec: memory, chipset, legacy chips, configured devices, firmware, vCPUs. What was built is freed again when something fails.</summary>
public sealed class MachineBuilder
{
    const ulong LastPort = 0xffff;
    const ulong LastAddress = (1UL << 52) - 1;

    readonly MachineSpec _spec;
    readonly MachineHost _host;
    readonly MachineHardware _hardware;
    readonly PciTopology _topology;

    MachineBuilder(MachineSpec spec, MachineHost host, IVirtualMachine vm)
    {
        _spec = spec;
        _host = host;
        var ports = new AddressBus("port", LastPort);
        var memoryMapped = new AddressBus("memory", LastAddress);
        var inputs = new InterruptInputs(vm.SetInterruptLevel);
        _hardware = new MachineHardware
        {
            Vm = vm,
            Ports = ports,
            MemoryMapped = memoryMapped,
            Inputs = inputs,
            PowerManagement = new Piix4PowerManagement(inputs, host.Control, host.Clock),
            Bridge = new Piix3Lpc(inputs, host.Control),
            Clock = new RtcPort(inputs, host.Clock),
        };
        _topology = new PciTopology(
            new PciSpaces { Ports = ports, MemoryMapped = memoryMapped, Memory = vm.Memory, Msi = vm, BindDoorbell = vm.TryBindDoorbell },
            _hardware.Bridge.ConnectLink);
    }

    /// <summary>
    /// Builds a machine that has not started. The spec's disks and network interfaces belong to it from then on, also when building fails. Throws <see cref="HypervisorException"/> or
    /// <see cref="MachineException"/> with one sentence.
    /// </summary>
    public static MachineBody Build(MachineSpec spec, MachineHost host)
    {
        var (layout, vm) = Create(spec, host);
        var builder = new MachineBuilder(spec, host, vm);
        try
        {
            return builder.Build(layout);
        }
        catch
        {
            foreach (var vcpu in builder._hardware.Vcpus) vcpu.Dispose();
            builder._hardware.Dispose();
            throw;
        }
    }

    static (MemoryLayout Layout, IVirtualMachine Vm) Create(MachineSpec spec, MachineHost host)
    {
        try
        {
            return (MemoryLayout.For(spec.MemoryBytes), host.Hypervisor.Create(new VirtualMachineOptions { Name = spec.Name, VcpuCount = spec.VcpuCount, Cpuid = spec.Cpuid }));
        }
        catch
        {
            foreach (var device in spec.Devices) device.Close();
            throw;
        }
    }

    MachineBody Build(MemoryLayout layout)
    {
        foreach (var device in _spec.Devices) DeviceFitting.Own(device, _hardware);
        _hardware.Vm.MapRam(layout.Low.Start, layout.Low.Length);
        if (layout.High.Length > 0) _hardware.Vm.MapRam(layout.High.Start, layout.High.Length);
        _hardware.Parts.Add("platform", new PlatformState(_hardware.Vm));
        AddProcessors();
        AddChipset();
        AddLegacyChips(layout);
        foreach (var device in _spec.Devices.OfType<DeviceSpec.Bridge>()) _hardware.Parts.Add(device.Name, _topology.AddBridge(device.Path, device.DownstreamBus));
        foreach (var device in _spec.Devices) DeviceFitting.Add(device, _spec, _host, _hardware, _topology);
        FirmwareFitting.Add(_spec, _hardware, layout);
        return new MachineBody(_hardware, _host.Clock);
    }

    void AddProcessors()
    {
        for (var id = 0; id < _spec.VcpuCount; id++)
        {
            var vcpu = _hardware.Vm.CreateVcpu(id);
            _hardware.Processors.Add(vcpu);
            _hardware.Parts.Add($"vcpu-{id}", new VcpuState(vcpu));
            _hardware.Vcpus.Add(new VcpuThread(vcpu, _hardware.Ports, _hardware.MemoryMapped, _host.Control, _host.Clock));
        }
    }

    void AddChipset()
    {
        var parts = _hardware.Parts;
        var bridge = _hardware.Bridge;
        var hostBridge = new I440fxHostBridge(_topology, bridge.ResetControl);
        _topology.Add(I440fxHostBridge.Path, parts.Add("host-bridge", hostBridge));
        _topology.Add(Piix3Lpc.Path, parts.Add("lpc", bridge));
        _topology.Add(Piix4PowerManagement.Path, parts.Add("power-management", _hardware.PowerManagement));
        hostBridge.Attach(_hardware.Ports);
        if (_spec.EnableEcam) hostBridge.AttachEcam(_hardware.MemoryMapped);
        bridge.Attach(_hardware.Ports);
        _hardware.PowerManagement.Attach(_hardware.Ports);
    }

    void AddLegacyChips(MemoryLayout layout)
    {
        var ports = _hardware.Ports;
        _hardware.Clock.SetMemorySize(layout.Low.Length, layout.High.Length, _spec.VcpuCount);
        _hardware.Parts.Add("rtc", _hardware.Clock).Attach(ports);
        _hardware.Parts.Add("ps2", new Ps2Controller(_hardware.Inputs, _host.Control)).Attach(ports);
        for (var i = 0; i < SerialPortAddress.All.Count; i++)
        {
            var port = _hardware.Parts.Add($"com{i + 1}", new SerialPort(SerialPortAddress.All[i], _hardware.Inputs, _host.Clock));
            port.Attach(ports);
            _hardware.SerialPorts.Add(port);
        }
        new DebugConsole(_host.DebugOutput ?? (_ => { })).Attach(ports);
    }
}
