using Propolis.Vmm.Devices.Flash;
using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Devices.Ramfb;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.Acpi;
using Propolis.Vmm.Firmware.LinuxBoot;
using Propolis.Vmm.Firmware.Smbios;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Machine;

/// <summary>Gives a machine that is being built its firmware: tables, fw_cfg, and a ROM or a kernel.</summary>
static class FirmwareFitting
{
    /// <summary>Called last, when processors exist. Throws <see cref="MachineException"/> when ROM, kernel or variables do not fit.</summary>
    public static void Add(MachineSpec spec, MachineHardware hardware, MemoryLayout layout)
    {
        var processor = spec.Cpuid is { } leaves ? ProcessorIdentity.From(leaves) : ProcessorIdentity.OfHost();
        var settings = Describe(spec, layout, processor);
        var acpi = new AcpiTables(settings);
        var smbios = new SmbiosTables(Identify(spec, layout, processor));
        var files = FirmwareFiles.Collect(settings, acpi, smbios, spec.Id, BootDevices(spec));
        if (spec.HasFramebuffer) AddFramebuffer(hardware, files);
        var fwCfg = hardware.Parts.Add("fw-cfg", new FwCfgDevice(files.Build(), hardware.Vm.Memory));
        hardware.Ports.Register(FwCfgDevice.FirstPort, FwCfgDevice.PortCount, fwCfg);
        try
        {
            AddBoot(spec, hardware, settings, acpi, smbios);
        }
        catch (FirmwareException e)
        {
            throw new MachineException(e.Message, e);
        }
    }

    static void AddFramebuffer(MachineHardware hardware, FwCfgCatalog files)
    {
        hardware.Framebuffer = hardware.Parts.Add("ramfb", new RamfbDevice());
        hardware.Framebuffer.AddTo(files);
    }

    static AcpiSettings Describe(MachineSpec spec, MemoryLayout layout, ProcessorIdentity processor) => new()
    {
        Memory = layout,
        VcpuCount = spec.VcpuCount,
        HasEcam = spec.EnableEcam,
        HasPvpanic = spec.Devices.Any(d => d is DeviceSpec.Pvpanic { EnableIsa: true }),
        PhysicalAddressBits = processor.PhysicalAddressBits,
    };

    static SmbiosSettings Identify(MachineSpec spec, MemoryLayout layout, ProcessorIdentity processor)
    {
        var rom = spec.Boot as BootSpec.Rom;
        var settings = new SmbiosSettings
        {
            Memory = layout,
            VcpuCount = spec.VcpuCount,
            Uuid = spec.Id,
            RomLength = rom?.Image.Length ?? 0,
            IsUefi = rom is not null && UefiVariables.IsUefi(rom.Image.Span),
            Serial = spec.Identity?.Serial ?? spec.Id.ToString(),
            Version = spec.Identity?.Version ?? "",
            ProcessorVendor = processor.Vendor,
            ProcessorBrand = processor.Brand,
            ProcessorSignature = processor.Signature,
            ProcessorFeatures = processor.Features,
        };
        return settings with
        {
            RomVersion = spec.FirmwareVersion ?? settings.RomVersion,
            Manufacturer = spec.Identity?.Manufacturer ?? settings.Manufacturer,
            Product = spec.Identity?.Product ?? settings.Product,
        };
    }

    static List<BootDevice> BootDevices(MachineSpec spec) => [.. spec.BootOrder.Select(name => BootDeviceOf(spec.Devices.First(d => d.Name == name)))];

    static BootDevice BootDeviceOf(DeviceSpec device)
    {
        var found = device switch
        {
            DeviceSpec.VirtioBlock disk => new BootDevice(BootDeviceKind.VirtioBlock, disk.Path),
            DeviceSpec.Nvme disk => new BootDevice(BootDeviceKind.Nvme, disk.Path),
            _ => throw new MachineException($"'{device.Name}' is in the boot order, but firmware cannot boot from it."),
        };
        return found.Path.Bus == 0 ? found : throw new MachineException($"'{device.Name}' is in the boot order, but firmware boots only from PCI bus 0 and it is at {found.Path}.");
    }

    static void AddBoot(MachineSpec spec, MachineHardware hardware, AcpiSettings settings, AcpiTables acpi, SmbiosTables smbios)
    {
        switch (spec.Boot)
        {
            case BootSpec.Rom rom:
                AddRom(rom, hardware);
                break;
            case BootSpec.Linux linux:
                hardware.Boot = new LinuxBootLoader(
                    new LinuxBootSettings
                    {
                        Kernel = linux.Kernel,
                        Initrd = linux.Initrd,
                        CommandLine = linux.CommandLine,
                        Memory = settings.Memory,
                        HasEcam = settings.HasEcam,
                        Acpi = acpi,
                        Smbios = smbios,
                    },
                    hardware.Vm.Memory,
                    hardware.Processors[0]);
                break;
        }
    }

    static void AddRom(BootSpec.Rom rom, MachineHardware hardware)
    {
        var code = rom.Image;
        if (code.Length == 0 || code.Length % DirtyBitmap.PageSize != 0 || (ulong)code.Length > MemoryLayout.MaxBootRomLength)
            throw new FirmwareException($"The boot ROM has {code.Length} bytes; it needs whole pages of {DirtyBitmap.PageSize} bytes and at most {MemoryLayout.MaxBootRomLength >> 20} MiB.");
        var inside = rom.VariablesFile is null ? 0 : UefiVariables.StoreLength(code.Span);
        var template = inside > 0 ? code[..inside] : rom.VariablesTemplate;
        code = code[inside..];
        var start = MemoryLayout.HighMemoryStart - (ulong)code.Length;
        hardware.Vm.MapRom(start, code.Span);
        hardware.Boot = new RomBootLoader(code, hardware.Vm.Memory);
        if (rom.VariablesFile is { } path) AddVariables(FlashFile.Open(path, template.Span), code.Length, start, hardware);
    }

    static void AddVariables(FlashFile file, int codeLength, ulong end, MachineHardware hardware)
    {
        try
        {
            if (UefiVariables.Misfit(file.Contents.Span, codeLength) is { } misfit) throw new FirmwareException($"The variable store {file.Path} {misfit}");
            hardware.Parts.Add("uefi-variables", new FlashDevice(hardware.Vm, end - (ulong)file.Contents.Length, file)).Attach(hardware.MemoryMapped);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
