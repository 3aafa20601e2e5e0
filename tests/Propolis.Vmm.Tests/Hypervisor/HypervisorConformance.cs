using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>What every hypervisor must do, shown with guests of a few instructions. A backend derives one class per group of tests.</summary>
public abstract class HypervisorConformance
{
    readonly Lazy<IHypervisor> _hypervisor;

    protected HypervisorConformance() => _hypervisor = new(() =>
    {
        var hypervisor = Create();
        var status = hypervisor.Probe();
        Assert.SkipUnless(status.IsUsable, status.Reason);
        return hypervisor;
    });

    private protected IHypervisor Hypervisor => _hypervisor.Value;

    protected abstract IHypervisor Create();
}
