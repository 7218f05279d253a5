"""Links as people have them: what each asks for, how the URL reads once it is open, and what is said."""

from typing import NamedTuple
from urllib.parse import parse_qs


class Link(NamedTuple):
    """A link to a page of the app.

    Args:
        asked: path and query.
        becomes: the query afterwards, without what is at its default; it stands for all that is chosen.
        said: what each message names, in order.
        on_the_page: whether it takes the page to correct it: its picture, its codecs' own values, its view.
    """

    asked: str
    becomes: str
    said: tuple[str, ...] = ()
    on_the_page: bool = False


PLAIN = "codec=jpeg:30&match=off&crop=0,0,64,64"
NOISY = f"{PLAIN}&corruption=gaussian_noise:3&seed=7"
PAGE = f"{PLAIN}&image=astronaut"
NOISY_PAGE = f"{NOISY}&image=astronaut"

LINKS = (
    Link("/", "image=astronaut&codec=jpeg2000&codec=compact-hyperprior&match=bpp:0.46"),
    Link("/?codec=jpeg:30", "codec=jpeg:30&image=astronaut&match=off"),
    Link(
        "/?image=chelsea&codec=jpeg:35&codec=webp:60&match=off", "image=chelsea&codec=jpeg:35&codec=webp:60&match=off"
    ),
    Link(
        "/?image=chelsea&corruption=gaussian_noise:4&seed=7&codec=jpeg:35&codec=webp:60&match=off",
        "image=chelsea&corruption=gaussian_noise:4&seed=7&codec=jpeg:35&codec=webp:60&match=off",
    ),
    Link(f"/?{PLAIN}&parts_read=7", f"{PAGE}&parts_read=7"),
    Link(f"/?{PLAIN}&parts_read=many", PAGE, ("parts_read=many",)),
    Link(
        "/?image=coffee&codec=jpeg2000&codec=jpegxl&match=bpp:0.6&crop=10,20,300,200&side=96",
        "image=coffee&codec=jpeg2000&codec=jpegxl&match=bpp:0.6&crop=10,20,300,200&side=96",
    ),
    Link(
        "/?image=coffee&codec=jpeg2000&codec=webp&corruption=shot_noise:2&seed=4&match=psnr:30&crop=0,0,64,64",
        "image=coffee&codec=jpeg2000&codec=webp&corruption=shot_noise:2&seed=4&match=psnr:30&crop=0,0,64,64",
    ),
    Link(
        "/?image=zone-plate&size=256&codec=jpegxl:1.25&match=off",
        "image=zone-plate&size=256&codec=jpegxl:1.25&match=off",
    ),
    Link(
        "/?image=zone-plate&size=9999&codec=jpeg:30&match=off",
        "image=zone-plate&size=512&codec=jpeg:30&match=off",
        ("size=9999",),
        True,
    ),
    Link(
        "/?image=../../etc/passwd&codec=jpeg:50&match=off&crop=0,0,64,64",
        "image=astronaut&codec=jpeg:50&match=off",
        ("image=../../etc/passwd",),
    ),
    Link(
        "/?image=upload&codec=jpeg:50&match=off&crop=1000,0,64,64",
        "image=astronaut&codec=jpeg:50&match=off",
        ("image=upload",),
    ),
    Link("/?crop=0,0,0,5&codec=jpeg:50&match=off", "codec=jpeg:50&match=off&image=astronaut", ("crop=0,0,0,5",)),
    Link(
        "/?crop=400,400,300,300&codec=jpeg:50&match=off",
        "crop=400,400,112,112&codec=jpeg:50&match=off&image=astronaut",
        (),
        True,
    ),
    Link("/?side=100&codec=png&match=off", "side=100&codec=png&match=off&image=astronaut"),
    Link("/?side=x&codec=png&match=off", "codec=png&match=off&image=astronaut", ("side=x",)),
    Link("/?side=4000&codec=png&match=off", "codec=png&match=off&image=astronaut", (), True),
    Link(
        "/?corruption=fog:9&codec=jpeg:50&match=off", "codec=jpeg:50&match=off&image=astronaut", ("corruption=fog:9",)
    ),
    Link("/?corruption=none&codec=jpeg:50&match=off", "codec=jpeg:50&match=off&image=astronaut"),
    Link(
        "/?corruption=fog:2&codec=jpeg:50&match=off", "corruption=fog:2&codec=jpeg:50&match=off&image=astronaut&seed=0"
    ),
    Link(
        "/?corruption=gaussian_noise:2&seed=-1&codec=jpeg:50&match=off&crop=0,0,64,64",
        "corruption=gaussian_noise:2&seed=0&codec=jpeg:50&match=off&crop=0,0,64,64&image=astronaut",
        ("seed=-1",),
    ),
    Link(
        "/?corruption=gaussian_noise:2&seed=4294967296&codec=jpeg:50&match=off&crop=0,0,64,64",
        "corruption=gaussian_noise:2&seed=0&codec=jpeg:50&match=off&crop=0,0,64,64&image=astronaut",
        ("seed=4294967296",),
    ),
    Link("/?codec=jpeg:900&codec=webp:60&match=off", "codec=webp:60&match=off&image=astronaut", ("codec=jpeg:900",)),
    Link(
        "/?codec=nothing&match=off&crop=0,0,64,64",
        "codec=jpeg2000:40&codec=compact-hyperprior:4&match=off&crop=0,0,64,64&image=astronaut",
        ("codec=nothing",),
        True,
    ),
    Link(
        "/?codec=jpeg:10&codec=jpeg:20&codec=jpeg:30&codec=jpeg:40&codec=jpeg:50&match=off&crop=0,0,64,64",
        "crop=0,0,64,64&codec=jpeg:10&codec=jpeg:20&codec=jpeg:30&codec=jpeg:40&match=off&image=astronaut",
        ("The link names 5 codecs",),
    ),
    Link("/?codec=jpeg&match=bpp:x&crop=0,0,64,64", f"{PAGE}", ("match=bpp:x",), True),
    Link(f"/?{PLAIN}&show=delta_e00", f"{PLAIN}&show=delta_e00&image=astronaut"),
    Link(f"/?{PLAIN}&show=nonsense", f"{PAGE}", ("show=nonsense",)),
    Link(
        f"/?{PLAIN}&show=blind&rounds=20&blind_over=kodak&blind_rate=0.25&blind_original=True",
        f"{PLAIN}&show=blind&rounds=20&blind_rate=0.25&blind_original=True&image=astronaut",
        ("blind_over=kodak",),
        True,
    ),
    Link(
        f"/?{PLAIN}&show=blind&rounds=7&blind_rate=9",
        f"{PLAIN}&show=blind&image=astronaut",
        ("rounds=7", "blind_rate=9"),
    ),
    Link(f"/?{NOISY}&show=absolute&against=original", f"{NOISY}&show=absolute&against=original&image=astronaut"),
    Link(f"/color?{PLAIN}&color=change&axes=gamut", f"{PLAIN}&color=change&axes=gamut&image=astronaut"),
    Link(
        f"/color?{PLAIN}&color=plane&cells=density&marked=-5.0,-5.0,30.0,-5.0,30.0,30.0",
        f"{PLAIN}&cells=density&marked=-5.0,-5.0,30.0,-5.0,30.0,30.0&image=astronaut",
    ),
    Link(f"/color?{PLAIN}&marked=1,2", f"{PLAIN}&image=astronaut", ("marked=1,2",)),
    Link(f"/color?{PLAIN}&color=plane&cells=density", f"{PLAIN}&cells=density&image=astronaut"),
    Link(
        f"/color?{NOISY}&color=difference&part=hue&against=original",
        f"{NOISY}&color=difference&part=hue&against=original&image=astronaut",
    ),
    Link(f"/color?{PLAIN}&color=ladder&across=bpp", f"{PLAIN}&color=ladder&across=bpp&image=astronaut"),
    Link(f"/color?{PLAIN}&color=ladder&over=nowhere", f"{PLAIN}&color=ladder&image=astronaut", ("over=nowhere",), True),
    Link(
        f"/rd?{PLAIN}&rd_quality=ms_ssim&rd_rate=log&rd_camera=png&also=webp",
        f"{PLAIN}&rd_quality=ms_ssim&rd_rate=log&rd_camera=png&also=webp&image=astronaut",
    ),
    Link(f"/rd?{NOISY}&against=original&also=", f"{NOISY}&against=original&also=&image=astronaut"),
    Link(
        f"/rd?{PLAIN}&rd_show=corruption&rd_sweep=severities&rd_sweep_of=fog&also=",
        f"{PLAIN}&rd_show=corruption&rd_sweep_of=fog&also=&image=astronaut",
    ),
    Link(
        f"/rd?{PLAIN}&rd_show=corruption&rd_bdrates=True&rd_bd_against=original&also=webp",
        f"{PLAIN}&rd_show=corruption&rd_bdrates=True&rd_bd_against=original&also=webp&image=astronaut",
    ),
    Link(
        f"/rd?{PLAIN}&rd_show=corruption&rd_sweep=corruptions&rd_severity_of_all=5&rd_figure=bpp&also=",
        f"{PLAIN}&rd_show=corruption&rd_sweep=corruptions&rd_severity_of_all=5&rd_figure=bpp&also=&image=astronaut",
    ),
    Link(
        f"/rd?{PLAIN}&rd_show=cross&rd_cross_set=tecnick&rd_architecture=cheng2020-anchor&also=",
        f"{PLAIN}&rd_show=cross&rd_architecture=cheng2020-anchor&also=&image=astronaut",
        ("rd_cross_set=tecnick",),
    ),
    Link(
        f"/rd?{NOISY}&rd_show=corruption&rd_sweep_of=contrast&also=",
        f"{NOISY}&rd_show=corruption&rd_sweep_of=contrast&also=&image=astronaut",
        (),
        True,
    ),
    Link(
        f"/rd?{PLAIN}&also=webp&point=jpeg:5&point=webp:50&rd_published=kodak/vtm",
        f"{PLAIN}&also=webp&point=jpeg:5&point=webp:50&rd_published=kodak/vtm&image=astronaut",
    ),
    Link(f"/rd?{PLAIN}&also=webp&point=jpeg", f"{PLAIN}&also=webp&image=astronaut", ("point=jpeg",)),
    Link(f"/rd?{PLAIN}&rd_show=speed&also=webp,png", f"{PLAIN}&rd_show=speed&also=webp,png&image=astronaut"),
    Link(
        f"/rd?{PLAIN}&rd_anchor=webp&rd_method=akima&also=webp",
        f"{PLAIN}&rd_anchor=webp&rd_method=akima&also=webp&image=astronaut",
    ),
    Link(
        f"/rd?{PLAIN}&rd_anchor=avif&rd_rate=cubic&rd_singles=True&also=webp",
        f"{PLAIN}&rd_singles=True&also=webp&image=astronaut",
        ("rd_rate=cubic", "rd_anchor=avif"),
        True,
    ),
    Link(
        f"/spectra?{NOISY}&spectra=planes&error=R&channel=cb&scale=linear&gain=8&band=0.1,0.2,45,30",
        f"{NOISY}&error=R&channel=cb&scale=linear&gain=8&band=0.1,0.2,45,30&image=astronaut",
    ),
    Link(
        f"/spectra?{NOISY}&spectra=profiles&profile=gain&edges=8,32&together=True",
        f"{NOISY}&spectra=profiles&profile=gain&together=True&image=astronaut",
    ),
    Link(
        f"/spectra?{NOISY}&spectra=profiles&profile=relative&edges=(4, 20)&together=True&error=D",
        f"{NOISY}&spectra=profiles&profile=relative&edges=4,20&together=True&error=D&image=astronaut",
    ),
    Link(
        f"/spectra?{NOISY}&spectra=severities&channel=rgb&edges=40,20",
        f"{NOISY}&spectra=severities&channel=rgb&image=astronaut",
        ("edges=40,20",),
    ),
    Link(
        f"/spectra?{NOISY}&spectra=severities&channel=ood_nic",
        f"{NOISY}&spectra=severities&image=astronaut",
        ("channel=ood_nic",),
        True,
    ),
    Link(
        f"/spectra?{PLAIN}&spectra=claims&claims_severity=5",
        f"{PLAIN}&spectra=claims&claims_severity=5&image=astronaut",
    ),
    Link(
        f"/spectra?{PLAIN}&channel=ood_nic&spectra=profiles&profile=coherence",
        f"{PLAIN}&channel=ood_nic&spectra=profiles&image=astronaut",
        ("profile=coherence",),
        True,
    ),
    Link(f"/spectra?{PLAIN}&band=whole&gain=3&error=G", f"{PAGE}", ("gain=3",)),
    Link(
        f"/heatmap?{PLAIN}&grid=nyquist&signs=%2B%2B%2B&value=psnr_clean&as=value&scale=own&cell=-48,16",
        f"{PLAIN}&value=psnr_clean&as=value&scale=own&cell=-48,16&image=astronaut",
    ),
    Link(
        f"/heatmap?{PLAIN}&signs=random&signseed=9&norm=8&cellshow=residual",
        f"{PLAIN}&signs=random&signseed=9&norm=8&cellshow=residual&image=astronaut",
    ),
    Link(
        f"/heatmap?{PLAIN}&grid=all&norm=1000&cell=a;b&signs=random&signseed=-1",
        f"{PLAIN}&signs=random&image=astronaut",
        ("grid=all", "norm=1000", "signseed=-1", "cell=a;b"),
    ),
    Link(
        f"/heatmap?{PLAIN}&value=kept&cellshow=wave&norm=16.5",
        f"{PLAIN}&value=kept&cellshow=wave&norm=16.5&image=astronaut",
    ),
    Link(
        f"/theory?{PLAIN}&theory=components&patch=8&patch_channel=rgb&patch_order=frequency",
        f"{PLAIN}&theory=components&patch=8&patch_channel=rgb&patch_order=frequency&image=astronaut",
    ),
    Link(
        f"/theory?{PLAIN}&theory=codec&trained=brown&linear_at=mse&linear_mse=12.5&linear_bpp=0.25&edges=4,40",
        f"{PLAIN}&theory=codec&trained=brown&linear_at=mse&linear_mse=12.5&linear_bpp=0.25&edges=4,40&image=astronaut",
    ),
    Link(
        f"/theory?{PLAIN}&patch=9&trained=paintings&linear_mse=0&linear_bpp=x&over=photographs",
        f"{PAGE}&over=photographs",
        ("patch=9", "trained=paintings", "linear_bpp=x", "linear_mse=0"),
    ),
    Link(f"/rd?{PLAIN}&rd_gaussian=True", f"{PLAIN}&rd_gaussian=True&image=astronaut"),
    Link(
        f"/robustness?{PLAIN}&robust=scatter&run=kodak&robust_at=bpp:0.5&robust_equal=rate&robust_severity=3"
        "&robust_anchor=jpeg&robust_figure=bd&robust_as=value&robust_sort=value&robust_cell=fog,jpeg",
        f"{PLAIN}&robust=scatter&run=kodak&robust_at=bpp:0.5&robust_equal=rate&robust_severity=3"
        "&robust_anchor=jpeg&robust_figure=bd&robust_as=value&robust_sort=value&robust_cell=fog,jpeg&image=astronaut",
    ),
    Link(
        f"/robustness?{PLAIN}&robust=spectra&robust_against=original&robust_group=high&robust_kind=R"
        "&robust_corruption=fog&robust_first=jpeg&robust_second=webp&robust_neural=compact-vbr&robust_cell=fog",
        f"{PLAIN}&robust=spectra&robust_against=original&robust_group=high&robust_kind=R"
        "&robust_corruption=fog&robust_first=jpeg&robust_second=webp&robust_neural=compact-vbr&image=astronaut",
        ("robust_cell=fog",),
    ),
    Link(f"/lessons?{PLAIN}&lesson=lost&step=3", f"{PLAIN}&lesson=lost&step=3&image=astronaut"),
    Link(f"/lessons?{PLAIN}&lesson=noise&step=7", f"{PLAIN}&lesson=noise&image=astronaut", ("step=7",), True),
    Link(
        f"/lessons?{PLAIN}&lesson=red&step=99&teacher=yes",
        f"{PLAIN}&lesson=red&image=astronaut",
        ("step=99", "teacher=yes"),
    ),
    Link(f"/lessons?{PLAIN}&lesson=nothing", PAGE, ("lesson=nothing",)),
    Link(f"/about?{PLAIN}&family_quality=ms_ssim", f"{PLAIN}&family_quality=ms_ssim&image=astronaut"),
    Link(f"/about?{PLAIN}&show=delta_e00&utm_source=mail", f"{PLAIN}&show=delta_e00&utm_source=mail&image=astronaut"),
    Link(
        f"/spectra?{PLAIN}&over=photographs&group=512×512&channel=rgb",
        f"{PAGE}&over=photographs&group=512×512&channel=rgb",
    ),
    Link(
        f"/latents?{PLAIN}&latents=surgery&keep=12&zero=3,5&scaled=7=0.5&latent_step=2&hyper_of=coffee&latent_channel=4",
        f"{PLAIN}&latents=surgery&keep=12&zero=3,5&scaled=7=0.5&latent_step=2&hyper_of=coffee&latent_channel=4&image=astronaut",
    ),
    Link(
        f"/latents?{PLAIN}&latent=z&latent_order=energy&latent_form=values&inside=compact-vbr:3&latent_at=2,3",
        f"{PLAIN}&latent=z&latent_order=energy&latent_form=values&inside=compact-vbr:3&latent_at=2,3&image=astronaut",
    ),
    Link(
        f"/latents?{PLAIN}&latents=basis&latent_at=2;3&latent_step=0&scaled=x&latent=w",
        f"{PLAIN}&latents=basis&image=astronaut",
        ("latent=w", "latent_at=2;3", "scaled=x", "latent_step=0"),
    ),
    Link(f"/heatmap?{PLAIN}&over=photographs&grid=lowest", f"{PAGE}&over=photographs&grid=lowest"),
)


def query_of(text: str) -> dict[str, list[str]]:
    """Return the parameters of a query string; a plus sign in it is one."""
    return parse_qs(text.replace("+", "%2B"), keep_blank_values=True)
